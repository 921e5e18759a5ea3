"""Register people, and open wallets."""

from datetime import datetime
from uuid import UUID

from domain.identifiers import Uuid7
from domain.ledger.holders import give_access, open_holder
from domain.ledger.kinds import HolderKind
from domain.residents.tables import Person, PersonName, Wallet
from domain.viewer import Relation


async def join(name: str | None, now: datetime, ids: Uuid7) -> UUID:
    """Register a person; the name goes into an erasable row of its own. Call inside a transaction."""
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
