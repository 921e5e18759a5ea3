"""Spend order, version 1: which lots a payment uses first. Pure; `quotePayment` and `pay` share it.

Of the lots usable at this instant: earliest expiry (none last), unpaid before paid, earliest issue, lot id.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from domain.ledger.book import Account

VERSION = 1
_NEVER = datetime.max.replace(tzinfo=UTC)


def order(account: Account) -> tuple[datetime, bool, datetime, int]:
    """The sort key of a lot."""
    return (account.expires_at or _NEVER, account.paid, account.issued_at or _NEVER, account.lot)


def spendable(accounts: Iterable[Account], at: datetime) -> list[Account]:
    """The lots that may be spent at this instant, in spend order."""
    usable = [account for account in accounts if account.available > 0 and account.usable(at)]
    if len(usable) > 1:
        usable.sort(key=order)
    return usable


def allocate(lots: Iterable[Account], amount: int) -> list[tuple[Account, int]] | None:
    """Takes `amount` (whole units) from lots in the order given; None if they have less."""
    taken = []
    rest = amount
    for lot in lots:
        if not rest:
            break
        part = min(lot.available, rest)
        taken.append((lot, part))
        rest -= part
    return None if rest else taken
