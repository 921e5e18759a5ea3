"""Register people, and open wallets."""

from datetime import datetime
from uuid import UUID

from domain.identifiers import Uuid7
from domain.ledger.holders import give_access, open_holder
from domain.ledger.kinds import HolderKind
from domain.refusals import InvalidInputError
from domain.residents.tables import Person, PersonName, Wallet
from domain.typed_text import unusable_name
from domain.viewer import Relation

NAME_LIMIT = 100
"""Characters of a person's name."""


async def join(name: str | None, now: datetime, ids: Uuid7) -> UUID:
    """Register a person; the name goes into an erasable row of its own. Call inside a transaction.

    Raises InvalidInputError for a name that cannot be shown.
    """
    problem = None if name is None else unusable_name(name, NAME_LIMIT)
    if problem is not None:
        raise InvalidInputError("name", problem)
    person = await Person.create(id=ids.new(), created_at=now)
    if name is not None:
        await PersonName.create(person_id=person.id, name=name)
    return person.id


async def open_wallet(municipality: int, person: UUID, now: datetime, ids: Uuid7) -> UUID:
    """Open a wallet in a municipality for a person. Call inside a transaction."""
    wallet = ids.new()
    await open_holder(municipality, wallet, HolderKind.WALLET, now)
    await Wallet.create(id=wallet, municipality_id=municipality, created_at=now)
    await give_access(municipality, wallet, person, Relation.OWNER, now)
    return wallet
