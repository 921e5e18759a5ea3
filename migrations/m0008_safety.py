"""The request of a payment with a top-up is kept with its key."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Adds columns."""

    dependencies = (("meguru", "m0007_lifecycle"),)
    operations = (RunSQL(sql("0008_safety.sql")),)
