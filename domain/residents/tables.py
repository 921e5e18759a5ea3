"""People and wallets."""

from tortoise import fields
from tortoise.models import Model


class Person(Model):
    """A person who can sign in, above all towns."""

    id = fields.UUIDField(primary_key=True)
    session_version = fields.IntField(default=0)
    created_at = fields.DatetimeField()

    class Meta:
        """The table's name."""

        table = "person"


class PersonName(Model):
    """A person's name: personal data, beside the ledger, erasable."""

    person_id = fields.UUIDField(primary_key=True)
    name = fields.TextField()

    class Meta:
        """The table's name."""

        table = "person_name"


class Wallet(Model):
    """A resident's container of balances in one town; its id is its holder's."""

    id = fields.UUIDField(primary_key=True)
    municipality_id = fields.SmallIntField()
    created_at = fields.DatetimeField()

    class Meta:
        """The table's name."""

        table = "wallet"
