"""Finding grants that repeat earlier ones, and what officers confirmed."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Adds an index of grants by programme and wallet, and what a bulk grant repeats: of earlier ones, nothing."""

    dependencies = (("meguru", "m0010_six_months"),)
    operations = (RunSQL(sql("0011_repeated_grants.sql")),)
