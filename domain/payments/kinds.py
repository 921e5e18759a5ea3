"""Why a payment is refunded. Append only: a number never changes its meaning."""

from enum import IntEnum


class RefundReason(IntEnum):
    """Why a shop gives money back."""

    RETURNED_GOODS = 1
    WRONG_AMOUNT = 2
    PAID_TWICE = 3
    CANCELLED = 4
    OTHER = 9
