"""Spend order, version 2: which lots a payment uses first. Pure; `quotePayment` and `pay` share it.

Of the lots usable here and now: restricted before unrestricted, earliest expiry (none last), unpaid before paid,
earliest issue,
lot id. An asset with a minimum unit gives whole units only, which restricts it too; what is left over is taken from the
next lot.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Protocol

from domain.ledger.book import Account

VERSION = 2
_NEVER = datetime.max.replace(tzinfo=UTC)
REASONS = ("RESTRICTED_FIRST", "EXPIRES_FIRST", "UNPAID_FIRST", "OLDEST_FIRST", "OLDEST_FIRST")
"""Why a lot came before the next one: by the first part of their keys that differs."""
LAST = "LAST"


class Rules(Protocol):
    """What the assets and programmes of a town say about a lot at one shop."""

    def usable(self, account: Account, at: datetime) -> bool:
        """Whether the lot may be spent here and now."""

    def restricted(self, account: Account) -> bool:
        """Whether there are shops or amounts that it cannot pay."""

    def unit(self, account: Account) -> int:
        """The least that may be spent of it, and its multiples. Whole units."""


Key = tuple[bool, datetime, bool, datetime, int]


def order(account: Account, rules: Rules) -> Key:
    """The sort key of a lot."""
    return (
        not rules.restricted(account),
        account.expires_at or _NEVER,
        account.paid,
        account.issued_at or _NEVER,
        account.lot,
    )


def spendable(accounts: Iterable[Account], at: datetime, rules: Rules) -> list[Account]:
    """The lots that may be spent at this instant, in spend order."""
    usable = [account for account in accounts if account.available > 0 and rules.usable(account, at)]
    if len(usable) > 1:
        usable.sort(key=lambda account: order(account, rules))
    return usable


def allocate(lots: Iterable[Account], amount: int, rules: Rules) -> tuple[list[tuple[Account, int]], int]:
    """Takes up to `amount` (whole units) from lots in the order given: the parts, and what is missing."""
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
    """For each lot of a payment, why it was used before the next one; LAST for the last."""
    if len(lots) == 1:
        return [LAST]
    keys = [order(lot, rules) for lot in lots]
    found = [
        next(reason for reason, mine, following in zip(REASONS, first, second, strict=True) if mine != following)
        for first, second in pairwise(keys)
    ]
    return [*found, LAST][: len(lots)]
