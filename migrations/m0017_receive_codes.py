"""Receive codes are random, and end at renewal."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Gives every wallet a code of its own; what was printed before stays good until the first renewal."""

    dependencies = (("meguru", "m0016_audit"),)
    operations = (RunSQL(sql("0017_receive_codes.sql")),)
