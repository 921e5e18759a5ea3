"""Root fields of shopping points."""

import strawberry

from domain.assets.refusals import AmountOutOfRangeError, UnknownAssetError
from domain.ledger.refusals import KeyReusedError, UnknownPayeeError
from domain.points.refusals import UnknownEarningRuleError
from domain.programmes.refusals import UnknownProgrammeError
from domain.refusals import InvalidInputError
from resolvers import points
from schema.core.fields import FINANCE, STAFF, mutation, query
from schema.points.results import AddEarningRulePayload, SimulateEarningPayload, StopEarningRulePayload


@strawberry.type
class PointsQuery:
    """Simulation of earning rules."""

    simulate_earning = query(
        points.simulate_earning,
        SimulateEarningPayload,
        roles=STAFF,
        refuses=(UnknownPayeeError, UnknownAssetError, AmountOutOfRangeError),
        description=(
            "What the earning rules in force would give on a payment, rule by rule. For municipal staff of the"
            " municipality."
        ),
    )


@strawberry.type
class PointsMutation:
    """Adding and stopping earning rules."""

    add_earning_rule = mutation(
        points.add_earning_rule,
        AddEarningRulePayload,
        roles=FINANCE,
        refuses=(UnknownProgrammeError, UnknownAssetError, InvalidInputError, KeyReusedError),
        description=(
            "Adds a rule by which payments earn points of a programme. For finance officers of the municipality."
        ),
    )
    stop_earning_rule = mutation(
        points.stop_earning_rule,
        StopEarningRulePayload,
        roles=FINANCE,
        refuses=(UnknownEarningRuleError,),
        description="Stops an earning rule for ever. For finance officers of the municipality.",
    )
