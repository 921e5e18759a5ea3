"""Kinds of programmes. Append only."""

from enum import IntEnum


class ProgrammeKind(IntEnum):
    """How value leaves the budget."""

    GRANT = 1
    CHARGE_BONUS = 2
    EARNING = 3
    VOUCHER = 4
    CONVERSION = 7


class ClawbackRule(IntEnum):
    """What becomes of points that are to be taken back and were spent already."""

    DEDUCT = 1
    DEBT = 2
    WAIVE = 3


BASIS_POINTS = 10_000
"""The whole, in hundredths of a percent."""
