"""What the ledger is asked: one request, one journal."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from domain.ledger.kinds import JournalKind, Operation
from domain.ledger.receipt import CapChange, Portion, Receipt, S, Section, Settlement

if TYPE_CHECKING:
    from domain.ledger.book import Account, Book, Guard, Hold

_TOKYO = timedelta(hours=9)

Move = tuple["Account", "Account", int]
"""From an account, to an account, how much. Whole units."""

GuardKey = tuple[int, int, UUID, str]
"""Municipality, kind, subject, period."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a journal at its moment, for receipts and statistics. Ids and codes only, never free text."""

    on_behalf_of: UUID | None = None
    wallet_id: UUID | None = None
    store_id: UUID | None = None
    terminal_id: UUID | None = None
    instrument: int | None = None
    channel: int | None = None
    funding: int | None = None
    programme_id: UUID | None = None
    reason: int | None = None
    linked_journal: UUID | None = None
    client: str | None = None
    payer_class: int | None = None
    age_band: int | None = None
    area: str | None = None


NO_FACTS = Facts()


@dataclass(slots=True)
class Draft:
    """What a plan decided. Amounts are whole units, all positive; nothing has changed yet.

    amount, lots, balances, asked, settled, sections, bare: what the receipt will keep, see `Receipt`. moves: from an
    account to an account. held: by how much an account's held part changes. guards: by how much a guard's value
    changes. counterparties: whom a holder's event names.
    """

    amount: int = 0
    lots: list[Portion] = field(default_factory=list)
    balances: dict[int, int] = field(default_factory=dict)
    asked: int | None = None
    settled: list[Settlement] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    bare: bool = False
    moves: list[Move] = field(default_factory=list)
    held: list[tuple["Account", int]] = field(default_factory=list)
    guards: list[tuple["Guard", int]] = field(default_factory=list)
    holds: list["Hold"] = field(default_factory=list)
    counterparties: dict[UUID, UUID] = field(default_factory=dict)
    facts: Facts | None = None

    def find(self, kind: type[S]) -> S | None:
        """The section of a type that was added so far."""
        return next((section for section in self.sections if isinstance(section, kind)), None)

    def put(self, section: Section) -> None:
        """Adds a section, in place of the one of its type."""
        self.sections = [known for known in self.sections if type(known) is not type(section)]
        self.sections.append(section)

    def receipt(self, caps: tuple[CapChange, ...] = ()) -> Receipt:
        """What the journal keeps, with what it counts against caps."""
        return Receipt(
            amount=self.amount,
            lots=tuple(self.lots),
            balances=self.balances,
            asked=self.asked,
            settled=tuple(self.settled),
            caps=caps,
            sections=tuple(self.sections),
            bare=self.bare,
        )


Plan = Callable[["Book", datetime], Draft]


@dataclass(frozen=True, slots=True)
class RequestKey:
    """A key of somebody for one operation in one town. It ends once: settled, refused, or closed."""

    municipality: int
    actor: UUID
    operation: Operation
    key: UUID


@dataclass(frozen=True, slots=True)
class Request:
    """One journal to be posted.

    holders: every holder whose accounts may change; the ledger locks them all. lots: lots that may be credited although
    the wallet's account in them is empty or new. access: holders on which the actor's relation decides. recent: a
    wallet and a shop, whose payments of the last minute the plan looks at. guards: rows to be read before planning.
    admit: who may ask, checked before the plan, and also where a key that ended is all that can be answered.
    """

    municipality: int
    actor: UUID
    operation: Operation
    key: UUID
    input_hash: bytes
    kind: JournalKind
    holders: tuple[UUID, ...]
    plan: Plan
    facts: Facts = NO_FACTS
    lots: tuple[int, ...] = ()
    access: tuple[UUID, ...] = ()
    recent: tuple[UUID, UUID] | None = None
    guards: tuple[GuardKey, ...] = ()
    valid_until: datetime | None = None
    note: str | None = None
    abandons: bool = False
    admit: Callable[["Book"], None] | None = None


@dataclass(frozen=True, slots=True)
class EventRow:
    """One row of `event`: what happened to one holder in one journal, with its balances after. Whole units.

    asked: what a payment was about, cash and discounts included; known under the locks only, not to streams.
    """

    municipality: int
    holder: UUID
    sequence: int
    kind: JournalKind
    journal_id: UUID
    counterparty: UUID | None
    assets: list[int]
    amounts: list[int]
    balances: list[int]
    recorded_at: datetime
    receipt_number: str | None = None
    asked: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Posted:
    """A settled journal: what the caller answers from."""

    municipality: int
    journal_id: UUID
    kind: JournalKind
    receipt_number: str
    receipt: Receipt
    recorded_at: datetime
    replayed: bool
    events: tuple[EventRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Closed:
    """A key that was closed without a payment: abandoned before it was seen."""

    municipality: int
    journal_id: UUID
    recorded_at: datetime


def fingerprint(**what: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """SHA-256 over what the money does; nulls are dropped, so that a new optional field hashes as before."""
    kept = {name: value for name, value in what.items() if value is not None}
    return hashlib.sha256(orjson.dumps(kept, default=str, option=orjson.OPT_SORT_KEYS)).digest()


def effective_on(at: datetime) -> date:
    """The civil date in Asia/Tokyo (UTC+9 without daylight saving since 1951)."""
    return (at + _TOKYO).date()
