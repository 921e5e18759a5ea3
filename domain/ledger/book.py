"""The running state of one batch in memory: the locked rows, as the requests planned so far have changed them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

import orjson

from domain.ledger.kept_away import SpendingRule
from domain.ledger.kinds import FLOORS, NONE_LOT, AccountKind, HoldState, JournalKind, Outcome
from domain.ledger.receipt import Portion, Receipt
from domain.ledger.request import EventRow, GuardKey
from domain.refusals import RecordedRefusal
from domain.viewer import Relation


class LedgerFaultError(Exception):
    """A plan breaks a rule of the ledger. It is a bug and never an answer to a client."""


class AccountKey(NamedTuple):
    """The natural key of an account within its municipality."""

    kind: int
    holder: UUID
    asset: int
    lot: int


class Terms(Protocol):
    """The terms that an account takes from its lot."""

    @property
    def expires_at(self) -> datetime | None:
        """End of the value, exclusive. None: no end."""

    @property
    def usable_from(self) -> datetime | None:
        """Start of its use, inclusive. None: at once."""

    @property
    def issued_at(self) -> datetime | None:
        """Time of issue."""

    @property
    def paid(self) -> bool:
        """Whether residents paid money for the value."""

    @property
    def programme_id(self) -> UUID | None:
        """The programme that issued the value. None: no programme, such as for a charge."""


@dataclass(slots=True, eq=False)
class Account:
    """An account with its running balance. Whole units. `version_before` is None for one that this batch opens."""

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
        """The amount that may leave the account: posted less held, down to the floor. Whole units."""
        return self.posted - self.held - (self.floor or 0)

    def portion(self, amount: int) -> Portion:
        """Return a portion of the account's lot. Whole units."""
        return Portion(self.asset, self.lot, amount, self.expires_at)

    def usable(self, at: datetime) -> bool:
        """Return whether the lot may be spent at this instant; `expires_at` is exclusive."""
        return self.obstacle(at) is None

    def obstacle(self, at: datetime) -> SpendingRule | None:
        """Return whether the lot has ended or waits for its start at this instant; None: neither."""
        if self.expires_at is not None and self.expires_at <= at:
            return SpendingRule.EXPIRED
        return SpendingRule.NOT_YET if self.usable_from is not None and self.usable_from > at else None


@dataclass(slots=True, eq=False)
class Holder:
    """A locked holder."""

    municipality: int
    id: UUID
    kind: int
    state: int
    sequence: int
    sequence_before: int
    last_at: datetime


@dataclass(slots=True, eq=False)
class Guard:
    """A counter with a ceiling."""

    key: GuardKey
    value: int
    value_before: int
    ceiling: int


@dataclass(slots=True, eq=False)
class Hold:
    """Value that is held for one payee, lot by lot, until it is captured, voided or lapses. Whole units."""

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
class EndedKey:
    """How a key ended, from its journal: settled, refused or abandoned.

    kept: the JSON of the journal, with the receipt or the data of the refusal. It is parsed only where the key is
    answered, so that a receipt that cannot be read fails no other request of the batch.
    """

    journal_id: UUID
    kind: int
    input_hash: bytes
    outcome: Outcome
    recorded_at: datetime
    kept: str
    receipt_number: str | None = None
    refusal: str | None = None

    def receipt(self) -> Receipt:
        """Parse the receipt of a key that settled."""
        return Receipt.from_json(orjson.loads(self.kept))

    def refused(self) -> RecordedRefusal | None:
        """Parse the refusal of a key that was refused; None for any other."""
        return None if self.refusal is None else RecordedRefusal(self.refusal, orjson.loads(self.kept))


KeyTuple = tuple[int, UUID, int, UUID]
"""Municipality, actor, operation, key."""


class Book:
    """Holders, accounts, guards, holds and keys of a batch. Plans read nothing else."""

    def __init__(self, next_account_id: Callable[[], int]) -> None:
        self._next_account_id = next_account_id
        self.holders: dict[tuple[int, UUID], Holder] = {}
        self.accounts: dict[tuple[int, AccountKey], Account] = {}
        self.by_holder: defaultdict[tuple[int, UUID], list[Account]] = defaultdict(list)
        self.by_id: dict[tuple[int, int], Account] = {}
        self.keys: dict[KeyTuple, EndedKey] = {}
        self.access: set[tuple[int, UUID, UUID, int]] = set()
        self.guards: dict[GuardKey, Guard] = {}
        self.holds: dict[tuple[int, UUID], Hold] = {}
        self.recent: defaultdict[tuple[int, UUID], list[EventRow]] = defaultdict(list)

    def add(self, account: Account) -> None:
        """Add an account."""
        key = AccountKey(account.kind, account.holder, account.asset, account.lot)
        self.accounts[account.municipality, key] = account
        self.by_holder[account.municipality, account.holder].append(account)
        self.by_id[account.municipality, account.id] = account

    def holder(self, municipality: int, holder: UUID) -> Holder | None:
        """Return a locked holder, or None where the municipality has none of that id."""
        return self.holders.get((municipality, holder))

    def account(self, municipality: int, key: AccountKey, terms: Terms | None = None) -> Account:
        """Return an account of a locked holder; open it, with the terms of its lot, if it is missing."""
        account = self.accounts.get((municipality, key))
        if account is not None:
            return account
        if (municipality, key.holder) not in self.holders:
            message = "an account of a holder that is not locked"
            raise LedgerFaultError(message)
        opened = Account(
            municipality=municipality,
            id=self._next_account_id(),
            kind=key.kind,
            holder=key.holder,
            asset=key.asset,
            lot=key.lot,
            posted=0,
            held=0,
            floor=FLOORS[key.kind],
            version=0,
            version_before=None,
        )
        if terms is not None:
            opened = replace(
                opened,
                expires_at=terms.expires_at,
                usable_from=terms.usable_from,
                issued_at=terms.issued_at,
                paid=terms.paid,
                programme_id=terms.programme_id,
            )
        self.add(opened)
        return opened

    def plain(self, municipality: int, kind: AccountKind, holder: UUID, asset: int) -> Account:
        """Return the account without a lot of its own: payable, cash, issuance or breakage."""
        return self.account(municipality, AccountKey(kind, holder, asset, NONE_LOT))

    def wallet_lots(self, municipality: int, wallet: UUID) -> list[Account]:
        """Return the accounts of a wallet's lots, in no order, empty ones included."""
        return [account for account in self.by_holder[municipality, wallet] if account.kind == AccountKind.WALLET]

    def total(self, municipality: int, holder: UUID, asset: int) -> int:
        """Return what all accounts of a holder and asset have posted. Whole units."""
        return sum(account.posted for account in self.by_holder[municipality, holder] if account.asset == asset)

    def may(self, municipality: int, holder: UUID, person: UUID, relations: Iterable[Relation]) -> bool:
        """Return whether the person stands in one of the relations to the holder, as read under the locks."""
        return any((municipality, holder, person, relation) in self.access for relation in relations)

    def guard(self, key: GuardKey, ceiling: int) -> Guard:
        """Return a guard; a new one starts at 0."""
        guard = self.guards.get(key)
        if guard is None:
            guard = self.guards[key] = Guard(key, 0, 0, ceiling)
        return guard

    def open_holds(self, at: datetime) -> list[Hold]:
        """Return the holds of the locked wallets that are open although their time is over."""
        return [hold for hold in self.holds.values() if hold.state == HoldState.OPEN and hold.expires_at <= at]

    def payments_since(self, municipality: int, wallet: UUID, since: datetime) -> list[EventRow]:
        """Return the events of the wallet's payments after an instant, from the database and from this batch."""
        return self._recent_of(JournalKind.PAYMENT, municipality, wallet, since)

    def grants_since(self, municipality: int, wallet: UUID, since: datetime) -> list[EventRow]:
        """Return the events of grants to the wallet after an instant, from the database and from this batch."""
        return self._recent_of(JournalKind.GRANT, municipality, wallet, since)

    def _recent_of(self, kind: JournalKind, municipality: int, wallet: UUID, since: datetime) -> list[EventRow]:
        return [row for row in self.recent[municipality, wallet] if row.kind == kind and row.recorded_at > since]
