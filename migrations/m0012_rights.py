"""What is bought or converted keeps the rights of what paid, unless the municipality declares otherwise."""

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

from migrations._files import sql


class Migration(migrations.Migration):
    """Adds the reasons of such declarations to voucher products and conversion rates."""

    dependencies = (("meguru", "m0011_repeated_grants"),)
    operations = (RunSQL(sql("0012_rights.sql")),)
