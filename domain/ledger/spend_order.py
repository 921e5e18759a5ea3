"""Spend order, version 3: the order in which a payment uses lots. Pure; `quotePayment` and `pay` share it.

Of the lots that are usable here and now: restricted before unrestricted, earliest expiry (none last), unpaid before
paid, earliest issue, lot id.

A payment uses an asset with a minimum unit in multiples of it, counted over all of its lots together: the next lots of
the asset complete a unit that a lot begins, before lots of other assets are used. It uses at most the asset's maximum.
What an asset cannot give is taken from the next lots.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Protocol

from domain.ledger.book import Account
from domain.ledger.kept_away import KeptAway, SpendingRule

VERSION = 3
NO_LIMIT = 2**62
_NEVER = datetime.max.replace(tzinfo=UTC)
REASONS = ("RESTRICTED_FIRST", "EXPIRES_FIRST", "UNPAID_FIRST", "OLDEST_FIRST", "OLDEST_FIRST")
"""The reason why a lot came before the next one, by the first element of their keys that differs."""
COMPLETES_UNIT = "COMPLETES_UNIT"
"""The reason of a lot that came before its turn, to complete a unit that the lot before it began."""
LAST = "LAST"
Taken = list[tuple[Account, int]]
"""How much is taken of each lot, in the order of use. A lot may stand twice: out of turn, and in its turn."""


class Named(Protocol):
    """The properties of an asset that a reason shows."""

    @property
    def municipality(self) -> int:
        """The asset's municipality."""

    @property
    def id(self) -> int:
        """The asset's number."""

    @property
    def name_ja(self) -> str:
        """Its name in Japanese."""

    @property
    def name_en(self) -> str:
        """Its name in English."""


class Rules(Protocol):
    """The rules of a municipality's assets and programmes for lots at one store."""

    def obstacle(self, account: Account, at: datetime) -> SpendingRule | None:
        """Return the rule by which the lot may not be spent at the store at an instant; None: it may be."""

    def restricted(self, account: Account) -> bool:
        """Return whether there are stores or amounts that the lot cannot pay."""

    def unit(self, account: Account) -> int:
        """Return the minimum unit of the lot's asset. Whole units."""

    def maximum(self, account: Account) -> int:
        """Return the most of the lot's asset that one payment uses. Whole units."""

    def asset(self, account: Account) -> Named:
        """Return the asset of a lot."""


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
    usable = [account for account in accounts if account.available > 0 and rules.obstacle(account, at) is None]
    if len(usable) > 1:
        usable.sort(key=lambda account: order(account, rules))
    return usable


def allocate(lots: Sequence[Account], amount: int, rules: Rules) -> tuple[Taken, int]:
    """Take up to `amount` from lots, in their order. Return the parts in the order of use, and what is missing.

    Whole units.
    """
    taken: Taken = []
    rest, rooms, used = amount, dict[int, int](), dict[int, int]()
    for position, lot in enumerate(lots):
        if not rest:
            break
        room = rooms.get(lot.asset)
        if room is None:
            room = rules.maximum(lot)
        unit = rules.unit(lot)
        if unit > 1:
            part = _take_units(lots, position, min(rest, room), unit, used, taken)
        elif part := min(lot.available, rest, room):
            taken.append((lot, part))
        rooms[lot.asset] = room - part
        rest -= part
    return taken, rest


def _take_units(
    lots: Sequence[Account], position: int, most: int, unit: int, used: dict[int, int], taken: Taken
) -> int:
    """Take the units that a lot holds or begins, the last one completed by its asset's next lots.

    used: what was taken of lots so far, by position. Return what was taken. Whole units.
    """
    asset = lots[position].asset
    left = {
        place: lot.available - used.get(place, 0)
        for place, lot in enumerate(lots)
        if place >= position and lot.asset == asset
    }
    begun = -(-left[position] // unit) * unit
    total = min(begun, multiple(most, unit), multiple(sum(left.values()), unit))
    rest = total
    for place, available in left.items():
        part = min(available, rest)
        if part:
            used[place] = used.get(place, 0) + part
            rest -= part
            if taken and taken[-1][0] is lots[place]:
                part += taken.pop()[1]
            taken.append((lots[place], part))
    return total


def multiple(amount: int, unit: int) -> int:
    """Return the largest multiple of a unit that is not above an amount. Whole units."""
    return amount - amount % unit


def payable(lots: Sequence[Account], rules: Rules) -> int:
    """Return the most that one payment can use of lots: whole units of each asset, up to its maximum."""
    return sum(part for _, part in allocate(lots, NO_LIMIT, rules)[0])


def left_after(lots: Iterable[Account], taken: Taken, rules: Rules) -> int:
    """Return what further payments can use of lots after a payment: whole units of each asset."""
    left: dict[int, int] = {}
    units: dict[int, int] = {}
    for lot in lots:
        units[lot.asset] = rules.unit(lot)
        left[lot.asset] = left.get(lot.asset, 0) + lot.available
    for lot, part in taken:
        left[lot.asset] -= part
    return sum(multiple(amount, units[asset]) for asset, amount in left.items())


def kept_away(
    accounts: Iterable[Account], at: datetime, rules: Rules, taken: Taken, missing: int
) -> tuple[KeptAway, ...]:
    """Return what rules keep out of a payment that uses `taken` and lacks `missing`, by rule and asset.

    Where nothing is missing, no rule keeps away the whole units that the payment leaves in the wallet. Whole units.
    """
    kept = _Kept(rules, {})
    usable: dict[int, tuple[Account, int]] = {}
    for account in sorted(accounts, key=lambda account: (account.asset, account.lot)):
        if account.held > 0:
            kept.add(SpendingRule.HELD, account, account.held)
        if account.available <= 0:
            continue
        obstacle = rules.obstacle(account, at)
        if obstacle is not None:
            kept.add(obstacle, account, account.available)
        else:
            usable[account.asset] = (account, usable.get(account.asset, (account, 0))[1] + account.available)
    used: dict[int, int] = {}
    for lot, part in taken:
        used[lot.asset] = used.get(lot.asset, 0) + part
    for asset, (account, available) in usable.items():
        _keep_parts(kept, account, available, used.get(asset, 0), lacking=bool(missing))
    return tuple(kept.by_rule.values())


def _keep_parts(kept: "_Kept", account: Account, available: int, used: int, *, lacking: bool) -> None:
    """Add what the maximum and the minimum unit of an asset keep away of its usable lots. Whole units."""
    unit = kept.rules.unit(account)
    most = multiple(kept.rules.maximum(account), unit)
    above = max(0, multiple(available, unit) - most) if lacking or used == most else 0
    below = available - used - above if lacking else available % unit
    if above:
        kept.add(SpendingRule.PAYMENT_MAXIMUM, account, above)
    if below:
        kept.add(SpendingRule.MINIMUM_UNIT, account, below)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The sums of what rules keep away, by rule and asset."""

    rules: Rules
    by_rule: dict[tuple[SpendingRule, int], KeptAway]

    def add(self, rule: SpendingRule, account: Account, amount: int) -> None:
        """Add an amount of an account. Whole units."""
        known, asset = self.by_rule.get((rule, account.asset)), self.rules.asset(account)
        starts = [known.usable_from] if known else []
        if rule is SpendingRule.NOT_YET:
            starts.append(account.usable_from)
        self.by_rule[rule, account.asset] = KeptAway(
            rule=rule,
            municipality=asset.municipality,
            asset=asset.id,
            name_ja=asset.name_ja,
            name_en=asset.name_en,
            amount=amount + (0 if known is None else known.amount),
            unit=self.rules.unit(account) if rule is SpendingRule.MINIMUM_UNIT else None,
            maximum=self.rules.maximum(account) if rule is SpendingRule.PAYMENT_MAXIMUM else None,
            usable_from=min((start for start in starts if start is not None), default=None),
        )


def reasons(lots: Sequence[Account], rules: Rules) -> list[str]:
    """Return for each lot of a payment the reason why it was used before the next one; LAST for the last."""
    if len(lots) == 1:
        return [LAST]
    keys = [order(lot, rules) for lot in lots]
    before_next = [
        COMPLETES_UNIT
        if earlier > later
        else next(reason for reason, own, following in zip(REASONS, earlier, later, strict=True) if own != following)
        for earlier, later in pairwise(keys)
    ]
    return [*before_next, LAST][: len(lots)]
