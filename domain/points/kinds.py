"""Kinds of earning rules, and the reasons for the points they give. Append only."""

from enum import IntEnum, StrEnum


class RuleKind(IntEnum):
    """How a rule computes points: as a percentage of the payment, or as a fixed number per payment."""

    PERCENT = 1
    PER_VISIT = 2


class Stacking(IntEnum):
    """Whether a rule gives points together with other rules."""

    WITH_OTHERS = 1
    ALONE = 2


class Reason(StrEnum):
    """Why a rule gave so many points on a payment, or none."""

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
