"""A programme says who pays for it."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Adds the source of a programme's budget; what was created before has none."""

    dependencies = (("meguru", "m0013_approvals"), ("meguru", "m0013_units"))
    operations = (RunSQL(sql("0014_budget_source.sql")),)
