"""Open a store, and employ its staff."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from domain.identifiers import Uuid7
from domain.ledger.holders import give_access, open_holder
from domain.ledger.kinds import HolderKind
from domain.refusals import InvalidInputError
from domain.stores.kinds import SizeClass
from domain.stores.tables import Store
from domain.typed_text import wrong_names
from domain.viewer import Relation

NAME_LIMIT = 100
"""Characters of a name or an address."""


@dataclass(frozen=True, slots=True)
class NewStore:
    """The properties of a new store. Coordinates in millionths of a degree, WGS 84."""

    name: str
    name_kana: str
    name_roman: str
    category: str
    merchant_category_code: str
    merchant_code: str
    store_code: str
    latitude_microdegrees: int | None = None
    longitude_microdegrees: int | None = None
    address: str = ""
    postal_code: str = ""
    opening_hours: str = ""
    charge_agent: bool = False
    store_group: str = ""
    size_class: SizeClass = SizeClass.SMALL
    area: str = ""


async def open_store(municipality: int, new: NewStore, now: datetime, ids: Uuid7, store: UUID | None = None) -> UUID:
    """Create a store, which takes payments at once, with an id of its own or `store`. Call inside a transaction.

    Raises InvalidInputError for a name that cannot be shown.
    """
    optional = {field: getattr(new, field) or None for field in ("name_kana", "name_roman", "address", "area")}
    for field, problem, _ in wrong_names(NAME_LIMIT, name=new.name, **optional):
        raise InvalidInputError(field, problem)
    store = store or ids.new()
    await open_holder(municipality, store, HolderKind.STORE, now)
    await Store.create(id=store, municipality_id=municipality, created_at=now, **asdict(new))
    return store


async def employ(municipality: int, store: UUID, person: UUID, now: datetime) -> None:
    """Let a person act as staff of a store."""
    await give_access(municipality, store, person, Relation.STAFF, now)
