"""Why a charge is cancelled. Append only: a number never changes its meaning."""

from enum import IntEnum


class CancelReason(IntEnum):
    """Reason of a counter to cancel a charge."""

    WRONG_AMOUNT = 1
    WRONG_WALLET = 2
    CHANGED_MIND = 3
    OTHER = 9
