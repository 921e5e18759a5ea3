"""Classes of stores, and why one is suspended. Append only: a number never changes its meaning."""

from enum import IntEnum, StrEnum


class SizeClass(IntEnum):
    """The size of a store; each municipality sets the floor area from which a store is large."""

    SMALL = 1
    LARGE = 2


class StoreStateReason(StrEnum):
    """Why a store is suspended or takes payments again."""

    STORE_ASKED = "STORE_ASKED"
    SUSPECTED_FRAUD = "SUSPECTED_FRAUD"
    RULES_BROKEN = "RULES_BROKEN"
    CLOSED = "CLOSED"
    CLEARED = "CLEARED"
    OTHER = "OTHER"
