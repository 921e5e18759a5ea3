"""The audit trail: roles, erasable notes, and one function that writes it, also for the ledger's batches."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Entries say the actor's roles; words lie beside them; the log is read by time, actor, action and subject."""

    dependencies = (("meguru", "m0015_posting_checks"),)
    operations = (RunSQL(sql("0016_audit.sql")),)
