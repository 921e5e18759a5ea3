"""What a store can be. Append only: a number never changes its meaning."""

from enum import IntEnum


class SizeClass(IntEnum):
    """How large a store is; towns draw the line at a floor area."""

    SMALL = 1
    LARGE = 2
