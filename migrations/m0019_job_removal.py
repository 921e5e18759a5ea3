"""The scheduler may remove the rows of jobs that are no more."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Grants the push process what it does at its start."""

    dependencies = (("meguru", "m0018_tries"),)
    operations = (RunSQL(sql("0019_job_removal.sql")),)
