"""Kinds of items, and reasons for rollbacks. Append only: a number never changes its meaning."""

from enum import IntEnum, StrEnum


class RollbackReason(IntEnum):
    """Why staff roll a redemption back."""

    WRONG_ITEM = 1
    WRONG_WALLET = 2
    NOT_HANDED_OVER = 3
    TWICE = 4
    OTHER = 9


class ItemKind(StrEnum):
    """What is redeemed: a coupon, or a whole voucher or ticket."""

    COUPON = "COUPON"
    VOUCHER = "VOUCHER"
    TICKET = "TICKET"
