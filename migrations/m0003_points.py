"""Shopping points: the rules by which payments earn them."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Adds columns to programmes, and tables.

    Points are counted by many guards, so the posting function from here on takes all guards in one call.
    """

    dependencies = (("meguru", "m0002_value"),)
    operations = (RunSQL(sql("0003_points.sql")), RunSQL(sql("0001_posting.sql")))
