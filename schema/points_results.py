"""What queries and mutations about shopping points answer."""

from typing import Annotated

import strawberry
from strawberry.types import Info

from resolvers import point_views
from schema import errors
from schema.context import Context
from schema.points import EarningRule, PointGrant
from schema.results import REPLAYED
from schema.scalars import Amount


@strawberry.type(description="A rule in force.")
class AddEarningRuleSuccess:
    """A rule in force."""

    earning_rule: EarningRule = strawberry.field(description="The rule; every process knows it within 10 seconds.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, point_views.AddEarningRuleSuccess)


@strawberry.type(description="A rule that gives nothing any more.")
class StopEarningRuleSuccess:
    """A rule that gives nothing any more."""

    earning_rule: EarningRule = strawberry.field(description="The rule; every process knows it within 10 seconds.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, point_views.StopEarningRuleSuccess)


@strawberry.type(description="What the rules in force would give, with caps and budgets untouched.")
class SimulateEarningSuccess:
    """What the rules in force would give."""

    amount: Amount = strawberry.field(description="All points. Whole units.")
    point_grants: list[PointGrant] = strawberry.field(
        description="By programme, with the word of every rule, also of those that give nothing."
    )

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, point_views.SimulateEarningSuccess)


AddEarningRuleResult = Annotated[
    AddEarningRuleSuccess
    | errors.UnknownProgrammeError
    | errors.UnknownAssetError
    | errors.InvalidInputError
    | errors.KeyReusedError
    | errors.NotPermittedError,
    strawberry.union("AddEarningRuleResult", description="What `addEarningRule` answers."),
]
StopEarningRuleResult = Annotated[
    StopEarningRuleSuccess | errors.UnknownEarningRuleError | errors.NotPermittedError,
    strawberry.union("StopEarningRuleResult", description="What `stopEarningRule` answers."),
]
SimulateEarningResult = Annotated[
    SimulateEarningSuccess
    | errors.UnknownPayeeError
    | errors.UnknownAssetError
    | errors.AmountOutOfRangeError
    | errors.NotPermittedError,
    strawberry.union("SimulateEarningResult", description="What `simulateEarning` answers."),
]
