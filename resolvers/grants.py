"""Grants: input in, one domain call, the contract's type out."""

from typing import Annotated

from strawberry import argument

from domain.controls import settings
from domain.controls.change import change
from domain.grants import grant, propose
from domain.ledger.kinds import Operation
from domain.municipalities import thresholds
from domain.refusals import NotPermittedError
from resolvers.journals import journal_of
from schema.approvals.types import approval_of
from schema.core.access import serves
from schema.core.context import MeguruInfo
from schema.core.ids import ID, Prefix, read
from schema.grants.inputs import ApproveGrantInput, GrantValueInput, ProposeGrantInput, SetGrantThresholdsInput
from schema.grants.results import ApproveGrantPayload, GrantValuePayload, ProposeGrantPayload, SetGrantThresholdsPayload
from schema.grants.types import Grant, GrantProposal, GrantThresholds
from schema.ledger.balances import balances_after
from schema.municipalities.types import MunicipalityCode, number_of

ApprovalId = Annotated[ID, argument(description="The proposal's approval.")]


async def grant_value(info: MeguruInfo, input: GrantValueInput) -> GrantValuePayload:
    """Grants value of a programme to a wallet."""
    viewer, requested = info.context.signed_in, input.grant()
    posted = await grant.grant_value(info.context.services, viewer, requested)
    journal = journal_of(posted, viewer=viewer, operation=Operation.GRANT_VALUE, wallet_id=requested.wallet_id)
    return GrantValuePayload(
        grant=Grant(journal=journal), balances=balances_after(posted.receipt, sign=1), replayed=posted.replayed
    )


async def propose_grant(info: MeguruInfo, input: ProposeGrantInput) -> ProposeGrantPayload:
    """Proposes a grant as the first officer."""
    municipality, programme, wallet = input.programme_and_wallet()
    proposal, replayed = await propose.propose_grant(
        info.context.services,
        info.context.signed_in,
        municipality,
        key=input.idempotency_key,
        programme_id=programme,
        wallet_id=wallet,
        amount=input.amount,
    )
    return ProposeGrantPayload(proposal=GrantProposal(proposal=proposal), replayed=replayed)


async def approve_grant(info: MeguruInfo, input: ApproveGrantInput) -> ApproveGrantPayload:
    """Approves a proposal as the second officer, and makes the grant."""
    viewer = info.context.signed_in
    municipality, approval_id = input.approval()
    proposal, posted = await propose.approve_grant(
        info.context.services, viewer, municipality, input.idempotency_key, approval_id, input.valid_until
    )
    journal = journal_of(posted, viewer=viewer, operation=Operation.APPROVE_GRANT, wallet_id=proposal.wallet_id)
    return ApproveGrantPayload(
        grant=Grant(journal=journal), balances=balances_after(posted.receipt, sign=1), replayed=posted.replayed
    )


async def set_grant_thresholds(info: MeguruInfo, input: SetGrantThresholdsInput) -> SetGrantThresholdsPayload:
    """Sets the thresholds of a municipality."""
    changed = await change(
        info.context.services,
        info.context.signed_in,
        settings.GRANT_THRESHOLDS,
        await number_of(input.municipality),
        input.thresholds(),
        effective_at=input.effective_at,
    )
    if changed.result is None:
        return SetGrantThresholdsPayload(approval=approval_of(changed.approval))
    return SetGrantThresholdsPayload(thresholds=GrantThresholds(thresholds=changed.result))


async def grant_proposal(info: MeguruInfo, id: ApprovalId) -> GrantProposal | None:
    """A proposal, for the staff of its municipality."""
    key = read(Prefix.APPROVAL, id)
    if key is None or not await serves(info, key[0]):
        return None
    proposal = await propose.by_approval(*key)
    return None if proposal is None else GrantProposal(proposal=proposal)


async def grant_thresholds(info: MeguruInfo, municipality: MunicipalityCode) -> GrantThresholds:
    """The thresholds of a municipality, for its staff."""
    number = await number_of(municipality)
    if not await serves(info, number):
        raise NotPermittedError
    return GrantThresholds(thresholds=await thresholds.thresholds_of(number))
