"""What queries and mutations about shopping points answer."""

import strawberry

from schema.approvals.results import WAITS
from schema.approvals.types import Approval
from schema.core.refusals import Payload, ReplayablePayload
from schema.core.scalars import Amount
from schema.points.types import EarningRule, PointGrant


@strawberry.type(description="What `addEarningRule` answers.")
class AddEarningRulePayload(ReplayablePayload):
    """A rule in force."""

    earning_rule: EarningRule | None = strawberry.field(
        default=None, description="The rule; it is in force everywhere within 10 seconds."
    )
    approval: Approval | None = strawberry.field(default=None, description=WAITS)


@strawberry.type(description="What `stopEarningRule` answers.")
class StopEarningRulePayload(Payload):
    """A rule that gives nothing any more."""

    earning_rule: EarningRule | None = strawberry.field(
        default=None, description="The rule; it gives nothing anywhere within 10 seconds."
    )


@strawberry.type(
    description="What `simulateEarning` answers: what the rules would give, with caps and budgets untouched."
)
class SimulateEarningPayload(Payload):
    """What the rules in force would give."""

    amount: Amount | None = strawberry.field(default=None, description="All points. Whole units.")
    point_grants: list[PointGrant] | None = strawberry.field(
        default=None, description="By programme, with a trace of every rule, including those that give nothing."
    )
