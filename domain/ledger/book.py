"""The running state of one batch, in memory: what was locked and read, and what the requests so far made of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from domain.ledger.kinds import FLOORS, NONE_LOT, AccountKind, HoldState, JournalKind, Outcome
from domain.ledger.receipt import NO_RECEIPT, Portion, Receipt
from domain.ledger.request import EventRow, GuardKey
from domain.refusals import RecordedRefusal
from domain.viewer import Relation


class LedgerFaultError(Exception):
    """A plan that would break a rule of the ledger: a bug, never an answer to a client."""


class AccountKey(NamedTuple):
    """Names one account of a municipality."""

    kind: int
    holder: UUID
    asset: int
    lot: int


class Terms(Protocol):
    """What an account takes from its lot."""

    @property
    def expires_at(self) -> datetime | None:
        """Exclusive; None: never."""

    @property
    def usable_from(self) -> datetime | None:
        """From when it may be spent; None: at once."""

    @property
    def issued_at(self) -> datetime | None:
        """When it was issued."""

    @property
    def paid(self) -> bool:
        """Whether residents paid money for it."""

    @property
    def programme_id(self) -> UUID | None:
        """The programme that issued it; None: no programme, such as a charge."""


@dataclass(slots=True, eq=False)
class Account:
    """One account with its running balance. Whole units. `version_before` is None for an account made in this batch."""

    municipality: int
    id: int
    kind: int
    holder: UUID
    asset: int
    lot: int
    posted: int
    held: int
    floor: int | None
    version: int
    version_before: int | None
    expires_at: datetime | None = None
    usable_from: datetime | None = None
    issued_at: datetime | None = None
    paid: bool = False
    programme_id: UUID | None = None

    @property
    def available(self) -> int:
        """What may leave the account: posted without what is held, down to the floor."""
        return self.posted - self.held - (self.floor or 0)

    def portion(self, amount: int) -> Portion:
        """A part of the account's lot. Whole units."""
        return Portion(self.asset, self.lot, amount, self.expires_at)

    def usable(self, at: datetime) -> bool:
        """Whether the lot may be spent at this instant; `expires_at` is exclusive."""
        return (self.usable_from is None or self.usable_from <= at) and (
            self.expires_at is None or at < self.expires_at
        )


@dataclass(slots=True, eq=False)
class Holder:
    """One locked holder."""

    municipality: int
    id: UUID
    kind: int
    state: int
    sequence: int
    sequence_before: int
    last_at: datetime


@dataclass(slots=True, eq=False)
class Guard:
    """One counter with a ceiling."""

    key: GuardKey
    value: int
    value_before: int
    ceiling: int


@dataclass(slots=True, eq=False)
class Hold:
    """Value set aside for one payee, lot by lot, until captured, voided or lapsed. Whole units."""

    municipality: int
    id: UUID
    wallet: UUID
    payee: UUID
    state: int
    accounts: list[int]
    amounts: list[int]
    captured: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A key that is already closed, as its journal says."""

    journal_id: UUID
    kind: int
    input_hash: bytes
    outcome: Outcome
    recorded_at: datetime
    receipt: Receipt = NO_RECEIPT
    receipt_number: str | None = None
    refusal: RecordedRefusal | None = None


KnownKey = tuple[int, UUID, int, UUID]
"""Municipality, actor, operation, key."""


class Book:
    """Holders, accounts, guards, holds and keys of a batch; every read of a plan goes through it."""

    def __init__(self, next_account_id: Callable[[], int]) -> None:
        self._next_account_id = next_account_id
        self.holders: dict[tuple[int, UUID], Holder] = {}
        self.accounts: dict[tuple[int, AccountKey], Account] = {}
        self.by_holder: defaultdict[tuple[int, UUID], list[Account]] = defaultdict(list)
        self.by_id: dict[tuple[int, int], Account] = {}
        self.keys: dict[KnownKey, Known] = {}
        self.access: set[tuple[int, UUID, UUID, int]] = set()
        self.guards: dict[GuardKey, Guard] = {}
        self.holds: dict[tuple[int, UUID], Hold] = {}
        self.recent: defaultdict[tuple[int, UUID], list[EventRow]] = defaultdict(list)

    def add(self, account: Account) -> None:
        """Takes an account in."""
        key = AccountKey(account.kind, account.holder, account.asset, account.lot)
        self.accounts[account.municipality, key] = account
        self.by_holder[account.municipality, account.holder].append(account)
        self.by_id[account.municipality, account.id] = account

    def holder(self, municipality: int, holder: UUID) -> Holder | None:
        """A locked holder, or None where the municipality has none of that id."""
        return self.holders.get((municipality, holder))

    def account(self, municipality: int, key: AccountKey, like: Terms | None = None) -> Account:
        """An account of a locked holder, opened if missing.

        `like` lends the terms of the lot to a new wallet account.
        """
        found = self.accounts.get((municipality, key))
        if found is not None:
            return found
        if (municipality, key.holder) not in self.holders:
            message = "an account of a holder that is not locked"
            raise LedgerFaultError(message)
        opened = Account(municipality, self._next_account_id(), *key, 0, 0, FLOORS[key.kind], 0, None)
        if like is not None:
            opened = replace(
                opened,
                expires_at=like.expires_at,
                usable_from=like.usable_from,
                issued_at=like.issued_at,
                paid=like.paid,
                programme_id=like.programme_id,
            )
        self.add(opened)
        return opened

    def plain(self, municipality: int, kind: AccountKind, holder: UUID, asset: int) -> Account:
        """The account without a lot of its own: a payable, cash, issuance, breakage."""
        return self.account(municipality, AccountKey(kind, holder, asset, NONE_LOT))

    def wallet_lots(self, municipality: int, wallet: UUID) -> list[Account]:
        """The wallet's accounts, in no order, empty ones included."""
        return [account for account in self.by_holder[municipality, wallet] if account.kind == AccountKind.WALLET]

    def total(self, municipality: int, holder: UUID, asset: int) -> int:
        """What a holder has of an asset over all accounts, posted. Whole units."""
        return sum(account.posted for account in self.by_holder[municipality, holder] if account.asset == asset)

    def may(self, municipality: int, holder: UUID, person: UUID, relations: Iterable[Relation]) -> bool:
        """Whether the person stands in one of the relations to the holder, as read under the locks."""
        return any((municipality, holder, person, relation) in self.access for relation in relations)

    def guard(self, key: GuardKey, ceiling: int) -> Guard:
        """A guard, starting at 0."""
        found = self.guards.get(key)
        if found is None:
            found = self.guards[key] = Guard(key, 0, 0, ceiling)
        return found

    def open_holds(self, at: datetime) -> list[Hold]:
        """Holds of the locked wallets that are open although their time is over."""
        return [hold for hold in self.holds.values() if hold.state == HoldState.OPEN and hold.expires_at <= at]

    def payments_since(self, municipality: int, wallet: UUID, since: datetime) -> list[EventRow]:
        """The wallet's payments after an instant, of the database and of this batch."""
        return [
            row
            for row in self.recent[municipality, wallet]
            if row.kind == JournalKind.PAYMENT and row.recorded_at > since
        ]
