"""The foundation: roles, municipalities, people, stores, the ledger and the functions that post to it."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Creates roles, tables, functions and grants, in that order."""

    initial = True
    operations = (
        RunSQL(sql("0001_roles.sql")),
        RunSQL(sql("0001_tables.sql")),
        RunSQL(sql("0001_ledger.sql")),
        RunSQL(sql("0001_posting.sql")),
        RunSQL(sql("0001_grants.sql")),
    )
