"""Units of vouchers and tickets that are handed over at a store. Pure.

A unit is what is handed over whole: of a lot of a voucher product, the face value of its sub-voucher in one unit sold;
of any other voucher or ticket, the asset's minimum unit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.assets.kinds import AssetKind
from domain.coupons.kinds import Obstacle
from domain.ledger.book import Account
from domain.ledger.kept_away import SpendingRule
from domain.programmes.store_rules import StoreRules
from domain.redemptions.kinds import ItemKind
from domain.redemptions.refusals import ItemNotUsableError, NotEnoughUnitsError, UnitsRequiredError, UnknownItemError

_OBSTACLES = {SpendingRule.OTHER_DAY: Obstacle.OTHER_DAY, SpendingRule.OTHER_TIME: Obstacle.OTHER_HOUR}
KINDS = {ItemKind.VOUCHER: AssetKind.VOUCHER, ItemKind.TICKET: AssetKind.GIFT_TICKET}


@dataclass(frozen=True, slots=True)
class LotUnits:
    """A lot of which units are to be handed over.

    units: how many; None where the request does not say. unit: the worth of one, if a voucher product set it; None: the
    asset's minimum unit. Whole units of value.
    """

    item: ItemKind
    lot: int
    units: int | None
    unit: int | None


@dataclass(frozen=True, slots=True)
class HandOver:
    """Units to hand over. Amounts in whole units of value.

    unit: the worth of one unit. units_left, amount_left: what the wallet has of the lot afterwards; a rest that is less
    than a unit, after payments, is in the amount only.
    """

    account: Account
    units: int
    unit: int
    units_left: int
    amount_left: int

    @property
    def amount(self) -> int:
        """The worth of all units that are handed over."""
        return self.units * self.unit


def hand_over(accounts: Iterable[Account], wanted: LotUnits, rules: StoreRules, at: datetime) -> HandOver:
    """Return what would be handed over of the wallet's lot, or raise the refusal.

    UnknownItemError, ItemNotUsableError, UnitsRequiredError, NotEnoughUnitsError.
    """
    account = _account_of(accounts, wanted, rules)
    reason = _obstacle(account, rules, at)
    if reason is not None:
        raise ItemNotUsableError(reason.value)
    unit = wanted.unit or rules.asset(account).minimum_unit
    whole = account.available // unit
    units = wanted.units
    if units is None:
        if account.posted != unit:
            raise UnitsRequiredError(whole, unit)
        units = 1
    if units > whole:
        if units <= account.posted // unit:
            raise ItemNotUsableError(Obstacle.SET_ASIDE.value)
        raise NotEnoughUnitsError(whole, unit)
    return HandOver(
        account=account,
        units=units,
        unit=unit,
        units_left=(account.posted - units * unit) // unit,
        amount_left=account.posted - units * unit,
    )


def _account_of(accounts: Iterable[Account], wanted: LotUnits, rules: StoreRules) -> Account:
    """Find the wallet's account of the lot; a lot has at most one account in a wallet. UnknownItemError."""
    for account in accounts:
        if account.lot == wanted.lot and account.posted and rules.asset(account).kind is KINDS[wanted.item]:
            return account
    raise UnknownItemError


def _obstacle(account: Account, rules: StoreRules, at: datetime) -> Obstacle | None:
    if account.expires_at is not None and at >= account.expires_at:
        return Obstacle.ENDED
    if account.usable_from is not None and at < account.usable_from:
        return Obstacle.NOT_STARTED
    obstacle = rules.obstacle(account, at)
    return None if obstacle is None else _OBSTACLES.get(obstacle, Obstacle.OTHER_SHOP)
