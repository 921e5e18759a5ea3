"""Refusals of redemptions and rollbacks.

StoredRefusal        AlreadyRolledBack
UnstoredRefusal      UnknownItem, ItemNotUsable, UnknownRedemption
"""

from dataclasses import dataclass

from domain.coupons.refusals import ObstacleRefusal
from domain.refusals import Retry, StoredRefusal, UnstoredRefusal


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


@dataclass(eq=False)
class UnknownRedemptionError(UnstoredRefusal):
    """The municipality has no such redemption."""

    code = "UNKNOWN_REDEMPTION"
    retry = Retry.NEVER
