"""Kinds of approvals, and reasons of reversals. Append only: a number never changes its meaning."""

from enum import IntEnum


class ApprovalKind(IntEnum):
    """The kind of subject that is approved."""

    REVERSAL = 1
    VOUCHER_PRODUCT = 2
    GRANT = 3
    BULK_GRANT = 4


class ReversalReason(IntEnum):
    """The reason for reversing a journal."""

    WRONG_WALLET = 1
    WRONG_AMOUNT = 2
    POSTED_TWICE = 3
    FRAUD = 4
    OTHER = 9


NO_REASON = ReversalReason.OTHER
"""The reason of proposals that need none, such as a grant or a voucher product."""
