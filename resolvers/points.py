"""Earning rules: input in, one domain call, a view out."""

from domain.conditions.eligibility import Claims
from domain.ledger.refusals import UnknownPayeeError
from domain.points import manage as managing
from domain.points import simulate as simulating
from domain.points.kinds import RuleKind, Stacking
from domain.points.refusals import UnknownEarningRuleError
from domain.programmes.refusals import UnknownProgrammeError
from resolvers.payments import actor
from resolvers.point_views import AddEarningRuleSuccess, SimulateEarningSuccess, StopEarningRuleSuccess, of_granted
from resolvers.value import acceptance_of, asset_of, eligibility_of
from schema.context import MeguruInfo
from schema.ids import Prefix, read
from schema.points_inputs import AddEarningRuleInput, SimulateEarningInput, StopEarningRuleInput


async def add_earning_rule(info: MeguruInfo, input: AddEarningRuleInput) -> AddEarningRuleSuccess:
    """A new rule."""
    viewer = actor(info, "addEarningRule")
    found = read(Prefix.PROGRAMME, input.programme_id)
    if found is None:
        raise UnknownProgrammeError
    made = await managing.add_rule(info.context.services, viewer, *found, input.idempotency_key, _new(input, found[0]))
    return AddEarningRuleSuccess(*made)


def _new(input: AddEarningRuleInput, town: int) -> managing.NewRule:
    return managing.NewRule(
        RuleKind[input.kind.name],
        input.name_ja.strip(),
        input.name_en.strip(),
        Stacking[input.stacking.name],
        input.rate_bp,
        input.points,
        1 if input.minimum_amount is None else input.minimum_amount,
        frozenset(asset_of(one, town) for one in input.base_asset_ids or ()),
        acceptance_of(input.acceptance, town),
        eligibility_of(input.eligibility),
        input.cap_per_day,
        input.cap_per_month,
        input.priority,
    )


async def stop_earning_rule(info: MeguruInfo, input: StopEarningRuleInput) -> StopEarningRuleSuccess:
    """A rule gives nothing any more."""
    viewer = actor(info, "stopEarningRule")
    found = read(Prefix.EARNING_RULE, input.earning_rule_id)
    if found is None:
        raise UnknownEarningRuleError
    return StopEarningRuleSuccess(await managing.stop_rule(info.context.services, viewer, *found))


async def simulate_earning(info: MeguruInfo, input: SimulateEarningInput) -> SimulateEarningSuccess:
    """What the rules would give."""
    viewer = actor(info, "simulateEarning")
    found = read(Prefix.STORE, input.store_id)
    if found is None:
        raise UnknownPayeeError
    claims = (
        None if input.resident is None and input.birth_year is None else Claims(bool(input.resident), input.birth_year)
    )
    imagined = simulating.Imagined(
        *found, asset_of(input.asset_id, found[0]), input.amount, input.at or info.context.services.clock(), claims
    )
    granted = await simulating.simulate(info.context.services, viewer, imagined)
    return SimulateEarningSuccess([of_granted(one, says_all=True) for one in granted])
