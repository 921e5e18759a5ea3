"""The tables of people and wallets."""

from tortoise import fields
from tortoise.models import Model


class Person(Model):
    """A person who can sign in, independent of municipalities."""

    id = fields.UUIDField(primary_key=True)
    session_version = fields.IntField(default=0)
    created_at = fields.DatetimeField()

    class Meta:
        """The table's name."""

        table = "person"


class PersonName(Model):
    """A person's name: personal data, kept outside the ledger and erasable."""

    person_id = fields.UUIDField(primary_key=True)
    name = fields.TextField()

    class Meta:
        """The table's name."""

        table = "person_name"


class Wallet(Model):
    """A person's container of balances in one municipality. `id` is also its holder's id."""

    id = fields.UUIDField(primary_key=True)
    municipality_id = fields.SmallIntField()
    created_at = fields.DatetimeField()

    class Meta:
        """The table's name."""

        table = "wallet"
