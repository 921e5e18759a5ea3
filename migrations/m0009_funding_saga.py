"""One table for all money from outside, for any purpose."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Moves all rows of `top_up` and `funding_authorisation` into it, open ones included, and drops both."""

    dependencies = (("meguru", "m0008_safety"),)
    operations = (RunSQL(sql("0009_funding_saga.sql")),)
