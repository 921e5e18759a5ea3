"""Register people, and open wallets."""

from datetime import datetime
from uuid import UUID

from domain.database import rows
from domain.identifiers import Uuid7
from domain.ledger.holders import give_access, open_holder
from domain.ledger.kinds import HolderKind
from domain.ledger.refusals import KeyReusedError
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


async def register(person: UUID, name: str, now: datetime) -> bool:
    """Register a person under an id that comes of a request's key. Call inside a transaction.

    False: the key has registered them before. InvalidInputError for a name that is none; KeyReusedError for a key that
    was used with another name, unless that name was erased.
    """
    stripped = name.strip()
    problem = unusable_name(stripped, NAME_LIMIT)
    if problem is not None:
        raise InvalidInputError("display_name", problem)
    new = await rows(
        "insert into person (id, created_at) values ($1, $2) on conflict (id) do nothing returning id", person, now
    )
    if new:
        await PersonName.create(person_id=person, name=stripped)
        return True
    known = await PersonName.get_or_none(person_id=person)
    if known is not None and known.name != stripped:
        raise KeyReusedError
    return False


async def open_wallet(municipality: int, person: UUID, now: datetime, ids: Uuid7, wallet: UUID | None = None) -> UUID:
    """Open a wallet in a municipality for a person, with an id of its own or `wallet`. Call inside a transaction."""
    wallet = wallet or ids.new()
    await open_holder(municipality, wallet, HolderKind.WALLET, now)
    await Wallet.create(id=wallet, municipality_id=municipality, created_at=now)
    await give_access(municipality, wallet, person, Relation.OWNER, now)
    return wallet
