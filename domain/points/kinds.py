"""How rules give points, and what each said of a payment. Append only."""

from enum import IntEnum, StrEnum


class RuleKind(IntEnum):
    """What a rule counts."""

    PERCENT = 1
    PER_VISIT = 2


class Stacking(IntEnum):
    """Whether a rule gives beside others."""

    WITH_OTHERS = 1
    ALONE = 2


class Reason(StrEnum):
    """What a rule said of a payment."""

    APPLIED = "APPLIED"
    CUT_PER_DAY = "CUT_PER_DAY"
    CUT_PER_MONTH = "CUT_PER_MONTH"
    CUT_PER_PERSON = "CUT_PER_PERSON"
    CUT_BY_BUDGET = "CUT_BY_BUDGET"
    CUT_BY_BALANCE = "CUT_BY_BALANCE"
    NOT_THIS_SHOP = "NOT_THIS_SHOP"
    NOT_THIS_TIME = "NOT_THIS_TIME"
    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    BELOW_MINIMUM = "BELOW_MINIMUM"
    NOT_STACKED = "NOT_STACKED"
