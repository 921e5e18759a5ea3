"""Classes of stores. Append only: a number never changes its meaning."""

from enum import IntEnum


class SizeClass(IntEnum):
    """The size of a store; each municipality sets the floor area from which a store is large."""

    SMALL = 1
    LARGE = 2
