"""Enums of shopping points."""

from domain.points.kinds import Reason, RuleKind, Stacking
from schema.core.enums import contract_enum

contract_enum(
    RuleKind,
    "What an earning rule counts.",
    name="EarningRuleKind",
    PERCENT="A percentage of what was paid, rounded down. 購入額の％",
    PER_VISIT="A number of points for each payment. 来店ポイント",
)
contract_enum(
    Stacking,
    "Whether an earning rule gives points together with others.",
    name="EarningStacking",
    WITH_OTHERS="It adds to what other rules give. 併用可",
    ALONE="It gives points only if no rule before it did, and then none after it does. 併用不可",
)
contract_enum(
    Reason,
    "Why an earning rule gave a payment as many points as it did.",
    name="EarningReason",
    APPLIED="Applied in full.",
    CUT_PER_DAY="Cut to what its cap per person and day left.",
    CUT_PER_MONTH="Cut to what its cap per person and month left.",
    CUT_PER_PERSON="Cut to what the programme's cap per person left.",
    CUT_BY_BUDGET="Cut to what the budget left.",
    CUT_BY_BALANCE="Cut to what the wallet may still hold.",
    NOT_THIS_SHOP="It is for other stores.",
    NOT_THIS_TIME="It is for other days or hours.",
    NOT_ELIGIBLE="It is for other people.",
    BELOW_MINIMUM="The part that counts is below its minimum, or earns less than one point.",
    NOT_STACKED="Another rule gave points, and one of the two does not stack.",
)

__all__ = ["Reason", "RuleKind", "Stacking"]
