"""What a top-up's payment asked for is kept beside its key."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Adds to what is there."""

    dependencies = (("meguru", "m0007_lifecycle"),)
    operations = (RunSQL(sql("0008_safety.sql")),)
