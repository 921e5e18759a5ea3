"""Requests to the ledger. One request makes one journal."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from domain.ledger.act import Act
from domain.ledger.kinds import JournalKind, Operation
from domain.ledger.receipt import CapChange, Portion, Receipt, S, Section, Settlement

if TYPE_CHECKING:
    from domain.ledger.book import Account, Book, Guard, Hold

_TOKYO = timedelta(hours=9)

Move = tuple["Account", "Account", int]
"""From an account, to an account, amount in whole units."""

GuardKey = tuple[int, int, UUID, str]
"""Municipality, kind, subject, period."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of a journal for receipts and statistics. Ids and codes only, never free text."""

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
    """The decision of a plan, before it is applied. Amounts are whole units; those of moves are positive.

    amount, lots, balances, list_amount, settled, sections, bare: for the receipt, see `Receipt`. moves: from an account
    to an account. held: changes of accounts' held parts. guards: changes of guards' values. counterparties: by holder,
    the counterparty that its event names. facts, act: in place of those of the request.
    """

    amount: int = 0
    lots: list[Portion] = field(default_factory=list)
    balances: dict[int, int] = field(default_factory=dict)
    list_amount: int | None = None
    settled: list[Settlement] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    bare: bool = False
    moves: list[Move] = field(default_factory=list)
    held: list[tuple["Account", int]] = field(default_factory=list)
    guards: list[tuple["Guard", int]] = field(default_factory=list)
    holds: list["Hold"] = field(default_factory=list)
    counterparties: dict[UUID, UUID] = field(default_factory=dict)
    facts: Facts | None = None
    act: Act | None = None

    def find(self, kind: type[S]) -> S | None:
        """Return the section of a type that was added so far; None where there is none."""
        return next((section for section in self.sections if isinstance(section, kind)), None)

    def put(self, section: Section) -> None:
        """Add a section in place of the one of its type."""
        self.sections = [known for known in self.sections if type(known) is not type(section)]
        self.sections.append(section)

    def receipt(self, caps: tuple[CapChange, ...] = ()) -> Receipt:
        """Make the receipt of the journal, with its changes of caps."""
        return Receipt(
            amount=self.amount,
            lots=tuple(self.lots),
            balances=self.balances,
            list_amount=self.list_amount,
            settled=tuple(self.settled),
            caps=caps,
            sections=tuple(self.sections),
            bare=self.bare,
        )


Plan = Callable[["Book", datetime], Draft]


@dataclass(frozen=True, slots=True)
class RequestKey:
    """A key of a person for one operation in one municipality. It ends once: settled, refused or closed."""

    municipality: int
    actor: UUID
    operation: Operation
    key: UUID


@dataclass(frozen=True, slots=True)
class Request:
    """A journal to be posted.

    holders: all holders whose accounts may change; the ledger locks them. lots: lots that may be credited although the
    wallet's account in them is empty or new. access: holders to which the actor's relation is read. recent: a wallet
    and a store whose payments of the last minute are read. guards: rows to read before planning. abandons: end the key
    without a plan. admit: the check of the viewer; it runs before the plan, and also for `Ledger.answer`. act: of
    staff, for the audit trail; it is written where the journal settles, in the same commit.
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
    act: Act | None = None


@dataclass(frozen=True, slots=True)
class EventRow:
    """A row of `event`: the effect of one journal on one holder, with its balances afterwards. Whole units.

    list_amount: of a payment, cash and discounts included. It is known under the locks only, not to streams.
    counterparty_kind: a HolderKind; None where nobody said it.
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
    list_amount: int | None = field(default=None, compare=False)
    counterparty_kind: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Posted:
    """A settled journal, from which the caller builds its answer."""

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
    """A key that was closed before a request used it."""

    municipality: int
    journal_id: UUID
    recorded_at: datetime


def fingerprint(**values: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Hash the values that decide what a request does with SHA-256. A value of None hashes as one that is left out."""
    present = {name: value for name, value in values.items() if value is not None}
    return hashlib.sha256(orjson.dumps(present, default=str, option=orjson.OPT_SORT_KEYS)).digest()


def is_late(valid_until: datetime | None, at: datetime) -> bool:
    """Whether a request that is to be decided until an instant, inclusive, has arrived too late."""
    return valid_until is not None and valid_until < at


def effective_on(at: datetime) -> date:
    """Return the civil date in Asia/Tokyo (UTC+9, without daylight saving since 1951)."""
    return (at + _TOKYO).date()
