"""Refusals of what is handed over.

StoredRefusal        AlreadyRolledBack
UnstoredRefusal      UnknownItem, ItemNotUsable, UnknownRedemption
"""

from dataclasses import dataclass

from domain.refusals import Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class AlreadyRolledBackError(StoredRefusal):
    """The hand-over was undone before."""

    code = "ALREADY_ROLLED_BACK"
    retry = Retry.NEVER


@dataclass(eq=False)
class UnknownItemError(UnstoredRefusal):
    """The wallet has nothing of this voucher or ticket."""

    code = "UNKNOWN_ITEM"
    retry = Retry.NEVER


@dataclass(eq=False)
class ItemNotUsableError(UnstoredRefusal):
    """The voucher or ticket cannot be handed over here and now. `obstacle`: an Obstacle."""

    obstacle: str
    code = "ITEM_NOT_USABLE"


@dataclass(eq=False)
class UnknownRedemptionError(UnstoredRefusal):
    """No such hand-over in the town."""

    code = "UNKNOWN_REDEMPTION"
    retry = Retry.NEVER
