"""What resolvers hand to the contract where no domain object is that already: frozen, plain attributes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from domain.approvals.reads import Approval
from domain.assets.reads import Asset, last_day
from domain.charging.quote import ChargeQuote
from domain.charging.receipts import Bonuses
from domain.conditions.acceptance import Acceptance
from domain.coupons.receipts import discount_of
from domain.identifiers import Prefix, encode
from domain.ledger.audit import Drift
from domain.ledger.reads import Journal, Movement
from domain.ledger.receipt import Portion
from domain.ledger.request import EventRow
from domain.payments.explain import portions_with_reasons
from domain.payments.quote import Quote
from domain.payments.receipts import PaidInCash
from domain.programmes.reads import Programme
from domain.residents.reads import Assignment, Wallet
from domain.stores.reads import Store


@dataclass(frozen=True, slots=True)
class AcceptanceOf:
    """Where value of a town may be spent: the rule names its shops by their keys in that town."""

    municipality: int
    rule: Acceptance


@dataclass(frozen=True, slots=True)
class LotBalance:
    """What a wallet has of one lot. Whole units."""

    municipality: int
    lot: int
    asset: int
    amount: int
    issued_on: date | None
    usable_from: datetime | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Balance:
    """What a holder has of one asset. Whole units."""

    asset: int
    posted: int
    held: int
    available: int
    pending: int
    debt: int
    lots: tuple[LotBalance, ...]


@dataclass(frozen=True, slots=True)
class BalanceAfter:
    """What a holder had of an asset after a journal, and by how much it moved. Whole units."""

    asset: int
    moved: int
    posted: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """How much of one lot a payment used, and why that lot. Whole units."""

    asset: int
    amount: int
    expires_on: date | None
    reason: str | None


def allocation(portion: Portion, reason: str | None = None) -> Allocation:
    """A lot of a receipt."""
    return Allocation(portion.asset, portion.amount, last_day(portion.expires_at), reason)


def allocations(portions: Iterable[Portion]) -> list[Allocation]:
    """The lots of a receipt."""
    return [allocation(portion) for portion in portions]


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
        return self.journal.receipt.amount

    @property
    def allocations(self) -> list[Allocation]:
        """Which lots it used, in its order."""
        return [allocation(portion, reason) for portion, reason in portions_with_reasons(self.journal.receipt)]

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

    @property
    def cash_due(self) -> int:
        """What the payer gave the shop in cash. Whole units."""
        paid = self.journal.receipt.find(PaidInCash)
        return 0 if paid is None else paid.cash

    @property
    def discount(self) -> int:
        """What coupons took off the list price. Whole units."""
        return discount_of(self.journal.receipt)

    @property
    def list_amount(self) -> int:
        """The price before coupons, however it was paid. Whole units."""
        return self.amount + self.cash_due + self.discount


@dataclass(frozen=True)
class Charge(Receipt):
    """A top-up."""

    charged_at = Receipt.recorded_at

    @property
    def bonuses(self) -> list[Allocation]:
        """The lots that campaigns added."""
        bonuses = self.journal.receipt.find(Bonuses)
        return [] if bonuses is None else allocations(bonuses.portions)


@dataclass(frozen=True)
class Grant(Receipt):
    """Value that a programme gave."""

    granted_at = Receipt.recorded_at


@dataclass(frozen=True)
class Expiry(Receipt):
    """Value that ended."""

    expired_at = Receipt.recorded_at


@dataclass(frozen=True)
class Refund(Receipt):
    """A refund."""

    refunded_at = Receipt.recorded_at

    @property
    def discount_returned(self) -> int:
        """The part that coupons had taken off: the wallet never paid it. Whole units."""
        return discount_of(self.journal.receipt)


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
class RecordClaimSuccess:
    """What was verified is recorded."""

    verified_at: datetime


@dataclass(frozen=True, slots=True)
class ClassifyStoreSuccess:
    """A shop in its groups."""

    store: Store


@dataclass(frozen=True, slots=True)
class CreateAssetSuccess:
    """A new asset."""

    asset: Asset


@dataclass(frozen=True, slots=True)
class CreateProgrammeSuccess:
    """A new programme with its budget."""

    programme: Programme
    replayed: bool


@dataclass(frozen=True, slots=True)
class GrantValueSuccess:
    """A settled grant."""

    grant: Grant
    balances: list[BalanceAfter]
    replayed: bool


@dataclass(frozen=True, slots=True)
class QuoteChargeSuccess:
    """What a top-up would bring now."""

    quote: ChargeQuote


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
