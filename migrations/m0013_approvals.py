"""Approvals end, go stale and are told live; controls are changed by two officers and from a time."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Adds how an approval ended, what it was about, and the changes of controls that wait for their time."""

    dependencies = (("meguru", "m0012_access"), ("meguru", "m0012_rights"))
    operations = (RunSQL(sql("0013_approvals.sql")),)
