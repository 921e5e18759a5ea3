"""Finance officers open stores, suspend them, and let them take payments again. Audited in the same commit."""

import re
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from tortoise.connection import get_connection

from domain.approvals.reads import last_act
from domain.approvals.trail import record
from domain.codes.merchant_code import merchant_number, merchant_reference
from domain.database import rows, transaction
from domain.identifiers import derived
from domain.ledger.holders import lock_holder, require_staff, set_state
from domain.ledger.kinds import HolderState
from domain.ledger.refusals import KeyReusedError, UnknownPayeeError
from domain.refusals import InvalidInputError
from domain.services import Services
from domain.stores import reads
from domain.stores.classify import CODE_LIMIT
from domain.stores.kinds import SizeClass, StoreStateReason
from domain.stores.open_store import NewStore, open_store
from domain.stores.reads import STORES, Store
from domain.typed_text import wrong_names
from domain.viewer import Relation, Viewer

NAME_LIMIT = 60
TEXT_LIMIT = 200
FIRST_STORE = "S01"
"""The first store of a merchant. Every store is a merchant of its own, until merchants are registered above them."""
CLASSES = ("store_group", "size_class", "area")
"""What `classify_store` may have changed since a store was opened."""
_CATEGORY = re.compile(r"[a-z][a-z0-9_]{0,31}")
_FOUR_DIGITS = re.compile(r"[0-9]{4}")
_POSTAL_CODE = re.compile(r"([0-9]{3}-?[0-9]{4})?")


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What a finance officer writes of a new store; see `NewStore`."""

    name: str
    name_kana: str
    name_roman: str
    category: str
    merchant_category_code: str
    latitude_microdegrees: int | None = None
    longitude_microdegrees: int | None = None
    address: str = ""
    postal_code: str = ""
    opening_hours: str = ""
    store_group: str = ""
    size_class: SizeClass = SizeClass.SMALL
    area: str = ""


def check(new: StoreFacts) -> None:
    """Raise InvalidInputError for the first field that is wrong."""
    latitude, longitude = new.latitude_microdegrees, new.longitude_microdegrees
    wrong = [
        *wrong_names(NAME_LIMIT, name=new.name, name_kana=new.name_kana, name_roman=new.name_roman),
        ("name_roman", "CHARACTERS", not new.name_roman.isascii()),
        ("category", "WORD", _CATEGORY.fullmatch(new.category) is None),
        ("merchant_category_code", "FOUR_DIGITS", _FOUR_DIGITS.fullmatch(new.merchant_category_code) is None),
        ("postal_code", "POSTAL_CODE", _POSTAL_CODE.fullmatch(new.postal_code) is None),
        *wrong_names(TEXT_LIMIT, address=new.address or None, opening_hours=new.opening_hours or None),
        ("store_group", "LENGTH", len(new.store_group) > CODE_LIMIT),
        ("area", "LENGTH", len(new.area) > CODE_LIMIT),
        ("location", "PLACE", (latitude is None) != (longitude is None)),
        ("location", "PLACE", abs(latitude or 0) > 90_000_000 or abs(longitude or 0) > 180_000_000),  # noqa: PLR2004
    ]
    for field, problem, is_wrong in wrong:
        if is_wrong:
            raise InvalidInputError(field, problem)


async def register_store(
    services: Services, viewer: Viewer, municipality: int, key: UUID, new: StoreFacts
) -> tuple[Store, bool]:
    """Open a store, which takes payments at once, and return it with whether the key had done it before.

    InvalidInputError; KeyReusedError for a key that was used with other facts.
    """
    await require_staff(municipality, viewer, Relation.FINANCE)
    facts = replace(new, name=new.name.strip(), name_kana=new.name_kana.strip(), name_roman=new.name_roman.strip())
    check(facts)
    store = derived(viewer.person_id, "store", str(municipality), str(key))
    async with transaction():
        number = await next_merchant(municipality)
        known = await reads.by_id(municipality, store)
        if known is None:
            await _open(services, viewer, municipality, store, facts, number)
        elif any(getattr(known, name) != value for name, value in asdict(facts).items() if name not in CLASSES):
            raise KeyReusedError
    services.shared(STORES).forget((municipality, store))
    return await _existing(municipality, store), known is not None


async def next_merchant(municipality: int) -> int:
    """Return the number of the next merchant. Call inside a transaction: others wait for its end."""
    await get_connection("default").execute_query("select pg_advisory_xact_lock(hashtext('store'), $1)", [municipality])
    [last] = await rows(
        'select max(merchant_code collate "C") as code from store where municipality_id = $1', municipality
    )
    return 1 if last["code"] is None else merchant_number(last["code"]) + 1


async def _open(
    services: Services, viewer: Viewer, municipality: int, store: UUID, facts: StoreFacts, number: int
) -> None:
    now = services.clock()
    new = NewStore(**asdict(facts), merchant_code=merchant_reference(municipality, number), store_code=FIRST_STORE)
    await open_store(municipality, new, now, services.ids, store)
    after = {"merchant_code": new.merchant_code, "category": new.category, "area": new.area}
    await record(municipality, viewer, "open_store", store, "", None, after, now)


async def suspend_store(
    services: Services, viewer: Viewer, municipality: int, store: UUID, reason: StoreStateReason
) -> Store:
    """Suspend a store: it takes no payments, from the next one that the ledger locks; it still refunds.

    Suspending it again changes nothing. UnknownPayeeError.
    """
    await require_staff(municipality, viewer, Relation.FINANCE)
    return await _set(services, viewer, municipality, store, HolderState.FROZEN, "suspend_store", reason)


async def resume_store(
    services: Services, viewer: Viewer, municipality: int, store: UUID, reason: StoreStateReason
) -> Store:
    """Let a suspended store take payments again. UnknownPayeeError.

    What another officer must approve is decided before, by `domain.controls`.
    """
    await require_staff(municipality, viewer, Relation.FINANCE)
    return await _set(services, viewer, municipality, store, HolderState.ACTIVE, "resume_store", reason)


async def _set(
    services: Services,
    viewer: Viewer,
    municipality: int,
    store: UUID,
    state: HolderState,
    action: str,
    reason: StoreStateReason,
) -> Store:
    async with transaction():
        await lock_holder(municipality, store)
        before, accepting = await _existing(municipality, store), state is HolderState.ACTIVE
        last = await last_act(municipality, action, store)
        # A suspension for another reason is one of its own: whoever would resume the store must know of it.
        if before.accepting != accepting or (not accepting and last is not None and last[1] != reason.value):
            await set_state(municipality, store, state)
            old, new = {"accepting": before.accepting}, {"accepting": accepting}
            await record(municipality, viewer, action, store, reason.value, old, new, services.clock())
    services.shared(STORES).forget((municipality, store))
    return await _existing(municipality, store)


async def _existing(municipality: int, store: UUID) -> Store:
    known = await reads.by_id(municipality, store)
    if known is None:
        raise UnknownPayeeError
    return known
