"""Balances, history and receipts: from rows of the ledger to what the contract shows."""

from datetime import datetime

from domain.assets.reads import last_day
from domain.charging.receipts import Bonuses
from domain.ledger.book import Account
from domain.ledger.kinds import AccountKind
from domain.ledger.reads import Balances
from domain.ledger.receipt import Receipt
from domain.ledger.request import EventRow, effective_on
from domain.points.receipts import Earnings
from resolvers.views import Balance, BalanceAfter, LotBalance


def wallet_balances(found: Balances, now: datetime) -> list[Balance]:
    """A wallet's balances by asset, each with its lots in no order. Whole units."""
    return [_balance(found, asset, now) for asset in _assets(found, {AccountKind.WALLET, AccountKind.DEBT})]


def store_balances(found: Balances, now: datetime) -> list[Balance]:
    """What the town owes a shop, and what is in its cash box. Whole units."""
    return [_balance(found, asset, now) for asset in _assets(found, {AccountKind.PAYABLE, AccountKind.CASH})]


def _assets(found: Balances, kinds: set[AccountKind]) -> list[int]:
    return sorted({account.asset for account in found.accounts if account.kind in kinds})


def _balance(found: Balances, asset: int, now: datetime) -> Balance:
    accounts = [account for account in found.accounts if account.asset == asset]
    lots = tuple(_lot(account, now) for account in accounts if account.kind == AccountKind.WALLET and account.posted)
    available = sum(_available(account, now) for account in accounts if account.kind != AccountKind.DEBT)
    pending = sum(a.available for a in accounts if a.kind == AccountKind.WALLET and _waits_until(a, now) is not None)
    debt = -sum(account.posted for account in accounts if account.kind == AccountKind.DEBT)
    return Balance(
        asset, sum(a.posted for a in accounts), sum(a.held for a in accounts), available, pending, debt, lots
    )


def _available(account: Account, now: datetime) -> int:
    if account.kind != AccountKind.WALLET:
        return account.posted
    return account.available if account.usable(now) else 0


def _waits_until(account: Account, now: datetime) -> datetime | None:
    return account.usable_from if account.usable_from is not None and account.usable_from > now else None


def _lot(account: Account, now: datetime) -> LotBalance:
    issued_on = None if account.issued_at is None else effective_on(account.issued_at)
    return LotBalance(
        account.municipality,
        account.lot,
        account.asset,
        account.posted,
        issued_on,
        _waits_until(account, now),
        last_day(account.expires_at),
    )


def balances_after(receipt: Receipt, *, sign: int) -> list[BalanceAfter]:
    """The wallet's balances after a journal, as its receipt keeps them. Whole units."""
    moved: dict[int, int] = {}
    bonuses, earnings = receipt.find(Bonuses), receipt.find(Earnings)
    for portion in (*receipt.lots, *(() if bonuses is None else bonuses.portions)):
        moved[portion.asset] = moved.get(portion.asset, 0) + sign * portion.amount
    for earned in () if earnings is None else earnings.programmes:
        moved[earned.asset] = moved.get(earned.asset, 0) + earned.points
    return [BalanceAfter(asset, moved.get(asset, 0), posted) for asset, posted in receipt.balances.items()]


def event_balances(row: EventRow) -> list[BalanceAfter]:
    """The movements of an event. Whole units."""
    return [BalanceAfter(*line) for line in zip(row.assets, row.amounts, row.balances, strict=True)]
