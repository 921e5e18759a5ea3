"""Kinds of programmes. Append only."""

from enum import IntEnum


class ProgrammeKind(IntEnum):
    """The way in which a programme gives value."""

    GRANT = 1
    CHARGE_BONUS = 2
    EARNING = 3
    VOUCHER = 4
    CONVERSION = 7


class ClawbackRule(IntEnum):
    """The treatment of points that are to be clawed back but have been spent."""

    DEDUCT = 1
    DEBT = 2
    WAIVE = 3


class BudgetSource(IntEnum):
    """Who pays for what a programme gives."""

    PUBLIC_BUDGET = 1
    CHAMBER = 2
    STORE_ASSOCIATION = 3
    DONATION = 4
    OTHER = 5


BASIS_POINTS = 10_000
"""One hundred percent, in hundredths of a percent."""
