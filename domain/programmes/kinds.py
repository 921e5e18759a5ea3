"""Kinds of programmes. Append only."""

from enum import IntEnum


class ProgrammeKind(IntEnum):
    """How value leaves the budget."""

    GRANT = 1
    CHARGE_BONUS = 2
