"""What needs two officers, and why a journal is undone. Append only: a number never changes its meaning."""

from enum import IntEnum


class ApprovalKind(IntEnum):
    """What is approved."""

    REVERSAL = 1
    VOUCHER_PRODUCT = 2
    GRANT = 3
    BULK_GRANT = 4


class ReversalReason(IntEnum):
    """Why a journal is undone."""

    WRONG_WALLET = 1
    WRONG_AMOUNT = 2
    POSTED_TWICE = 3
    FRAUD = 4
    OTHER = 9


NO_REASON = ReversalReason.OTHER
"""The reason of a proposal that is its own reason, such as a grant or a voucher product."""
