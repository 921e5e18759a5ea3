"""Enums of payments, with the numbers that the database stores. Append only: a number never changes its meaning."""

from enum import IntEnum


class RefundReason(IntEnum):
    """Reason of a refund by a store."""

    RETURNED_GOODS = 1
    WRONG_AMOUNT = 2
    PAID_TWICE = 3
    CANCELLED = 4
    OTHER = 9
