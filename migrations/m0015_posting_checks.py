"""The posting function checks a batch against itself."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Account changes equal their entries and holds, entries belong to journals, issued value is backed."""

    dependencies = (("meguru", "m0014_budget_source"),)
    operations = (RunSQL(sql("0015_posting_checks.sql")),)
