"""Earning rules: input in, one domain call, the contract's type out."""

from uuid import UUID

from domain.controls import budgets
from domain.controls.budgets import NewEarning
from domain.controls.change import change
from domain.identifiers import Prefix
from domain.points import manage, reads, simulate
from schema.approvals.types import approval_of
from schema.core.context import MeguruInfo
from schema.core.node import finds
from schema.core.scalars import Amount
from schema.points.inputs import AddEarningRuleInput, SimulateEarningInput, StopEarningRuleInput
from schema.points.results import AddEarningRulePayload, SimulateEarningPayload, StopEarningRulePayload
from schema.points.types import EarningRule, point_grant_of
from schema.programmes.inputs import programme_key


@finds(Prefix.EARNING_RULE)
async def find(info: MeguruInfo, municipality: int, key: UUID) -> EarningRule | None:
    """An earning rule; everybody may see them."""
    row = await info.context.load(reads.by_keys, (municipality, key))
    return None if row is None else EarningRule(rule=row)


async def add_earning_rule(info: MeguruInfo, input: AddEarningRuleInput) -> AddEarningRulePayload:
    """Adds a rule to a programme."""
    municipality, programme = programme_key(input.programme_id)
    changed = await change(
        info.context.services,
        info.context.signed_in,
        budgets.EARNING_RULE,
        municipality,
        NewEarning(programme, input.rule(municipality)),
        key=input.idempotency_key,
    )
    if changed.result is None:
        return AddEarningRulePayload(approval=approval_of(changed.approval))
    rule, replayed = changed.result
    return AddEarningRulePayload(earning_rule=EarningRule(rule=rule), replayed=replayed)


async def stop_earning_rule(info: MeguruInfo, input: StopEarningRuleInput) -> StopEarningRulePayload:
    """Stops a rule for ever."""
    rule = await manage.stop_rule(info.context.services, info.context.signed_in, *input.key())
    return StopEarningRulePayload(earning_rule=EarningRule(rule=rule))


async def simulate_earning(info: MeguruInfo, input: SimulateEarningInput) -> SimulateEarningPayload:
    """What the rules would give on a payment."""
    payment = input.payment(info.context.services.clock())
    granted = await simulate.simulate(info.context.services, info.context.signed_in, payment)
    return SimulateEarningPayload(
        amount=Amount(sum(grant.points for grant in granted)),
        point_grants=[point_grant_of(grant, every_rule=True) for grant in granted],
    )
