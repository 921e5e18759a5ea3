"""What resolvers hand to the contract where no domain object is that already: frozen, plain attributes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from domain.approvals.reads import Approval
from domain.assets.reads import last_day
from domain.identifiers import Prefix, encode
from domain.ledger.audit import Drift
from domain.ledger.reads import Journal, Movement
from domain.ledger.request import EventRow
from domain.merchants.reads import Store
from domain.payments.quote import Quote
from domain.residents.reads import Assignment, Wallet


@dataclass(frozen=True, slots=True)
class LotBalance:
    """What a wallet has of one lot. Whole units."""

    municipality: int
    lot: int
    asset: int
    amount: int
    issued_on: date | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Balance:
    """What a holder has of one asset. Whole units."""

    asset: int
    posted: int
    held: int
    available: int
    lots: tuple[LotBalance, ...]


@dataclass(frozen=True, slots=True)
class BalanceAfter:
    """What a holder had of an asset after a journal, and by how much it moved. Whole units."""

    asset: int
    moved: int
    posted: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """How much of one lot a payment used. Whole units."""

    asset: int
    amount: int
    expires_on: date | None


@dataclass(frozen=True)
class Receipt:
    """A settled journal as plain attributes: the contract reads them without a call of its own for each."""

    journal: Journal
    prefix: ClassVar[Prefix] = Prefix.JOURNAL

    @property
    def id(self) -> str:
        """Its public id."""
        return encode(self.prefix, self.journal.municipality, self.journal.id)

    @property
    def receipt_number(self) -> str:
        """Said over a counter."""
        return str(self.journal.receipt_number)

    @property
    def amount(self) -> int:
        """Whole units."""
        return int(self.journal.receipt["amount"])

    @property
    def allocations(self) -> list[Allocation]:
        """Which lots it used, in its order."""
        return [
            Allocation(asset, part, None if expires_at is None else last_day(datetime.fromisoformat(expires_at)))
            for asset, _, part, expires_at in self.journal.receipt["lots"]
        ]

    @property
    def recorded_at(self) -> datetime:
        """The journal's instant."""
        return self.journal.recorded_at


@dataclass(frozen=True)
class Payment(Receipt):
    """A payment, with who looks at it: only its own people see the wallet and the note."""

    prefix = Prefix.PAYMENT
    shows_wallet: bool
    paid_at = Receipt.recorded_at


@dataclass(frozen=True)
class Charge(Receipt):
    """A top-up."""

    charged_at = Receipt.recorded_at


@dataclass(frozen=True)
class Refund(Receipt):
    """A refund."""

    refunded_at = Receipt.recorded_at


@dataclass(frozen=True)
class Reversal(Receipt):
    """A reversing journal."""

    reversed_at = Receipt.recorded_at


@dataclass(frozen=True, slots=True)
class Counterparty:
    """The other side of a movement."""

    kind: str
    name: str
    store: Store | None


@dataclass(frozen=True, slots=True)
class Edge:
    """One item of a page and its cursor."""

    node: Movement | EventRow
    cursor: str


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Whether there is more."""

    has_next_page: bool
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class TransactionConnection:
    """A page of movements."""

    edges: list[Edge]
    page_info: PageInfo


@dataclass(frozen=True, slots=True)
class EventConnection:
    """A page of events."""

    edges: list[Edge]
    page_info: PageInfo


@dataclass(frozen=True, slots=True)
class Person:
    """The person who asks."""

    id: UUID


@dataclass(frozen=True, slots=True)
class ViewerView:
    """The person who asks, with what they may act as and use."""

    person: Person
    roles: list[Assignment]
    wallets: list[Wallet]


@dataclass(frozen=True, slots=True)
class QuotePaymentSuccess:
    """What `pay` would do now."""

    quote: Quote


@dataclass(frozen=True, slots=True)
class ChargeSuccess:
    """A settled top-up."""

    charge: Charge
    wallet_id: UUID
    balances: list[BalanceAfter]
    replayed: bool


@dataclass(frozen=True, slots=True)
class PaySuccess:
    """A settled payment."""

    payment: Payment
    wallet_key: tuple[int, UUID]
    balances: list[BalanceAfter]
    replayed: bool


@dataclass(frozen=True, slots=True)
class RefundPaymentSuccess:
    """A settled refund."""

    refund: Refund
    payment: Payment
    replayed: bool


@dataclass(frozen=True, slots=True)
class ReverseJournalSuccess:
    """A settled reversal."""

    reversal: Reversal
    replayed: bool


@dataclass(frozen=True, slots=True)
class ProposeReversalSuccess:
    """A proposal that waits for a second officer."""

    approval: Approval


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a key."""

    state: str
    journal: Journal | None


@dataclass(frozen=True, slots=True)
class AbandonSuccess:
    """What became of a key that the client wanted closed."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ResyncRequired:
    """The last item of a stream that cannot go on."""

    municipality: int
    holder: UUID
    sequence: int
    reason: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class DriftReport:
    """The drift audit of a town."""

    municipality: int
    differences: list[Drift]
