"""Minimum units: what is taken out of a wallet or given back to it never breaks a unit that is whole."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.ledger.book import Account, Book
from domain.ledger.kept_away import SpendingRule
from domain.ledger.receipt import Portion


def taken_whole(book: Book, account: Account, most: int, unit: int, at: datetime) -> int:
    """Return how much of `most` may be taken from a wallet's lot, so that no more of its asset is below a whole unit.

    All lots of the asset that have not ended count together. What waits for a whole unit already may be taken. Whole
    units.
    """
    if unit == 1 or most <= 0:
        return most
    total = sum(
        lot.available
        for lot in book.wallet_lots(account.municipality, account.holder)
        if lot.asset == account.asset and lot.obstacle(at) is not SpendingRule.EXPIRED
    )
    broken = (total - most) % unit
    return most if broken <= total % unit else max(0, most - (unit - broken))


def broken_unit(paid: Sequence[Portion], units: Mapping[int, int], given_back: int) -> int | None:
    """Return the unit that is broken where so much of a payment is given back, last used lot first; None: none.

    units: the minimum unit by asset. Whole units.
    """
    by_asset: dict[int, int] = {}
    if given_back == sum(portion.amount for portion in paid):
        return None
    for portion in reversed(paid):
        part = min(portion.amount, given_back)
        given_back -= part
        by_asset[portion.asset] = by_asset.get(portion.asset, 0) + part
    return next((units[asset] for asset, back in by_asset.items() if back % units[asset]), None)


def nearest_whole(paid: Sequence[Portion], units: Mapping[int, int], given_back: int) -> tuple[int, int]:
    """Return the nearest amounts below and above at which refunds of a payment leave no unit broken. Whole units.

    They depend on what is given back in all, and not on how it was split into refunds.
    """
    total = sum(portion.amount for portion in paid)
    below, above = 0, total
    by_asset: dict[int, int] = {}
    start = 0
    for portion in reversed(paid):
        asset, unit = portion.asset, units[portion.asset]
        before = by_asset.get(asset, 0)
        if not any(back % units[other] for other, back in by_asset.items() if other != asset):
            points = range(start + -before % unit, start + portion.amount + 1, unit)
            reached = bisect_right(points, given_back)
            if reached:
                below = max(below, points[reached - 1])
            if reached < len(points):
                above = min(above, points[reached])
        by_asset[asset] = before + portion.amount
        start += portion.amount
    return below, above
