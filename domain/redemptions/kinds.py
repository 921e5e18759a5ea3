"""What is handed over, and why it is undone. Append only: a number never changes its meaning."""

from enum import IntEnum, StrEnum


class RollbackReason(IntEnum):
    """Why staff undo a hand-over."""

    WRONG_ITEM = 1
    WRONG_WALLET = 2
    NOT_HANDED_OVER = 3
    TWICE = 4
    OTHER = 9


class ItemKind(StrEnum):
    """What is handed over whole."""

    COUPON = "COUPON"
    VOUCHER = "VOUCHER"
    TICKET = "TICKET"
