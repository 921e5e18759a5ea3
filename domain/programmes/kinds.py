"""Kinds of programmes. Append only."""

from enum import IntEnum


class ProgrammeKind(IntEnum):
    """How value leaves the budget."""

    GRANT = 1
    CHARGE_BONUS = 2
    EARNING = 3
    VOUCHER = 4
    CONVERSION = 7


BASIS_POINTS = 10_000
"""The whole, in hundredths of a percent."""
