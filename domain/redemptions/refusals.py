"""Refusals of redemptions and rollbacks.

StoredRefusal        AlreadyRolledBack
UnstoredRefusal      UnknownItem, ItemNotUsable, UnitsRequired, NotEnoughUnits, UnknownRedemption
"""

from dataclasses import dataclass

from domain.coupons.refusals import ObstacleRefusal
from domain.refusals import Advice, Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class AlreadyRolledBackError(StoredRefusal):
    """The redemption has been rolled back already."""

    code = "ALREADY_ROLLED_BACK"
    retry = Retry.NEVER


@dataclass(eq=False)
class UnknownItemError(UnstoredRefusal):
    """The wallet does not hold this voucher or ticket."""

    code = "UNKNOWN_ITEM"
    retry = Retry.NEVER


@dataclass(eq=False)
class ItemNotUsableError(ObstacleRefusal, UnstoredRefusal):
    """The voucher or ticket cannot be redeemed here and now. `reason`: a value of `Obstacle`."""

    obstacle: str
    code = "ITEM_NOT_USABLE"
    advice = Advice.CHANGE_AND_USE_NEW_KEY


@dataclass(eq=False)
class UnitsRequiredError(UnstoredRefusal):
    """The lot is not exactly one unit, and the request does not say how many units are handed over.

    `unitsLeft`: whole units that the wallet has. `unit`: the worth of one, in whole units of value.
    """

    units_left: int
    unit: int
    code = "UNITS_REQUIRED"
    retry = Retry.NEW_KEY


@dataclass(eq=False)
class NotEnoughUnitsError(UnstoredRefusal):
    """The wallet has fewer whole units of the lot. `unitsLeft`: how many. `unit`: the worth of one, in whole units."""

    units_left: int
    unit: int
    code = "NOT_ENOUGH_UNITS"
    retry = Retry.NEW_KEY


@dataclass(eq=False)
class UnknownRedemptionError(UnstoredRefusal):
    """The municipality has no such redemption."""

    code = "UNKNOWN_REDEMPTION"
    retry = Retry.NEVER
