"""Spend order, version 2: the order in which a payment uses lots. Pure; `quotePayment` and `pay` share it.

Of the lots that are usable here and now: restricted before unrestricted, earliest expiry (none last), unpaid before
paid, earliest issue, lot id. An asset with a minimum unit gives multiples of it only, which restricts it too; the
remainder is taken from the next lot.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Protocol

from domain.ledger.book import Account

VERSION = 2
_NEVER = datetime.max.replace(tzinfo=UTC)
REASONS = ("RESTRICTED_FIRST", "EXPIRES_FIRST", "UNPAID_FIRST", "OLDEST_FIRST", "OLDEST_FIRST")
"""The reason why a lot came before the next one, by the first element of their keys that differs."""
LAST = "LAST"


class Rules(Protocol):
    """The rules of a municipality's assets and programmes for lots at one store."""

    def usable(self, account: Account, at: datetime) -> bool:
        """Return whether the lot may be spent at the store at an instant."""

    def restricted(self, account: Account) -> bool:
        """Return whether there are stores or amounts that the lot cannot pay."""

    def unit(self, account: Account) -> int:
        """Return the least amount that may be spent of the lot; its multiples may be spent too. Whole units."""


Key = tuple[bool, datetime, bool, datetime, int]


def order(account: Account, rules: Rules) -> Key:
    """Return the sort key of a lot."""
    return (
        not rules.restricted(account),
        account.expires_at or _NEVER,
        account.paid,
        account.issued_at or _NEVER,
        account.lot,
    )


def spendable(accounts: Iterable[Account], at: datetime, rules: Rules) -> list[Account]:
    """Return the lots that may be spent at this instant, in spend order."""
    usable = [account for account in accounts if account.available > 0 and rules.usable(account, at)]
    if len(usable) > 1:
        usable.sort(key=lambda account: order(account, rules))
    return usable


def allocate(lots: Iterable[Account], amount: int, rules: Rules) -> tuple[list[tuple[Account, int]], int]:
    """Take up to `amount` from lots, in their order. Return the parts, and the missing amount. Whole units."""
    taken = []
    rest = amount
    for lot in lots:
        if not rest:
            break
        part = min(lot.available, rest)
        part -= part % rules.unit(lot)
        if part:
            taken.append((lot, part))
            rest -= part
    return taken, rest


def reasons(lots: Sequence[Account], rules: Rules) -> list[str]:
    """Return for each lot of a payment the reason why it was used before the next one; LAST for the last."""
    if len(lots) == 1:
        return [LAST]
    keys = [order(lot, rules) for lot in lots]
    before_next = [
        next(reason for reason, own, following in zip(REASONS, earlier, later, strict=True) if own != following)
        for earlier, later in pairwise(keys)
    ]
    return [*before_next, LAST][: len(lots)]
