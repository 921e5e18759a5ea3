"""Shopping points: rules by which payments earn."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Adds to programmes and beside them.

    Points count by many guards, which the posting function takes in one go since then.
    """

    dependencies = (("meguru", "m0002_value"),)
    operations = (RunSQL(sql("0003_points.sql")), RunSQL(sql("0001_posting.sql")))
