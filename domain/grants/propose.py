"""Grants with approval, which amounts above the municipality's threshold require.

A member of staff proposes the grant; another person, a finance officer, approves it, which posts it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from domain.approvals import reads as approvals
from domain.approvals.inbox import wake
from domain.approvals.kinds import NO_REASON, ApprovalKind
from domain.approvals.propose import approve, write_proposal
from domain.approvals.reads import Approval
from domain.approvals.refusals import ApproverIsProposerError
from domain.approvals.subject import Subject
from domain.assets import reads as assets
from domain.assets.limits import check_amount, check_units
from domain.assets.refusals import UnknownAssetError
from domain.database import rows, transaction
from domain.grants.grant import AMOUNT_MAXIMUM, PreparedGrant, plan_grant, prepare_grant
from domain.grants.refusals import AlreadyGrantedError, UnknownProposalError
from domain.identifiers import Prefix, derived, encode
from domain.ledger.act import Act
from domain.ledger.book import Book
from domain.ledger.holders import require_staff
from domain.ledger.kinds import GuardKind, JournalKind, Operation
from domain.ledger.ledger import no_plan
from domain.ledger.refusals import KeyReusedError, UnknownWalletError
from domain.ledger.request import Draft, Facts, Posted, Request, RequestKey, fingerprint, is_late
from domain.programmes import reads
from domain.programmes.kinds import ProgrammeKind
from domain.programmes.refusals import NotEligibleError, ProgrammeClosedError, UnknownProgrammeError
from domain.programmes.subject import facts_of
from domain.residents import reads as residents
from domain.services import Services
from domain.viewer import Relation, Viewer


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed grant, with its approval. Amount in whole units."""

    municipality: int
    id: UUID
    programme_id: UUID
    wallet_id: UUID
    amount: int
    proposer: UUID
    proposed_at: datetime
    approval: Approval


_PROPOSAL = (
    "select id, programme_id, wallet_id, amount, proposer, created_at from grant_proposal where municipality_id = $1"
    " and id = $2"
)


async def propose_grant(
    services: Services, viewer: Viewer, municipality: int, key: UUID, programme_id: UUID, wallet_id: UUID, amount: int
) -> tuple[Proposal, bool]:
    """Propose a grant of any amount. Return the proposal, and whether the key had created it before."""
    await require_staff(municipality, viewer, Relation.FINANCE, Relation.DESK)
    proposal_id = derived(viewer.person_id, "grant_proposal", str(municipality), str(key))
    known = await by_id(municipality, proposal_id)
    replayed = known is not None
    if known is None:
        await _check(municipality, programme_id, wallet_id, amount)
        try:
            await _write(services, viewer, municipality, proposal_id, programme_id, wallet_id, amount)
        except IntegrityError:  # a concurrent request with the same key wrote it
            replayed = True
        known = await by_id(municipality, proposal_id)
    if known is None or (known.programme_id, known.wallet_id, known.amount) != (programme_id, wallet_id, amount):
        raise KeyReusedError
    return known, replayed


async def _check(municipality: int, programme_id: UUID, wallet_id: UUID, amount: int) -> None:
    programme = await reads.by_id(municipality, programme_id)
    if programme is None or programme.kind is not ProgrammeKind.GRANT:
        raise UnknownProgrammeError
    check_amount(amount, AMOUNT_MAXIMUM)
    asset = await assets.in_municipality(municipality, programme.asset)
    if asset is None:
        raise UnknownAssetError
    check_units(amount, asset)
    if not await residents.exists(municipality, wallet_id):
        raise UnknownWalletError


async def _write(
    services: Services,
    viewer: Viewer,
    municipality: int,
    proposal_id: UUID,
    programme_id: UUID,
    wallet_id: UUID,
    amount: int,
) -> None:
    now = services.clock()
    async with transaction():
        await get_connection("default").execute_query(
            """insert into grant_proposal (municipality_id, id, programme_id, wallet_id, amount, proposer, created_at)
              values ($1, $2, $3, $4, $5, $6, $7)""",
            [municipality, proposal_id, programme_id, wallet_id, amount, viewer.person_id, now],
        )
        about = await _about(municipality, programme_id, wallet_id, amount)
        await write_proposal(services, viewer, municipality, ApprovalKind.GRANT, proposal_id, NO_REASON, about)
    wake(services, municipality)


async def _about(municipality: int, programme_id: UUID, wallet_id: UUID, amount: int) -> Subject:
    programme = await reads.by_id(municipality, programme_id)
    if programme is None:
        raise UnknownProgrammeError
    return Subject(
        after={
            "programmeId": encode(Prefix.PROGRAMME, municipality, programme_id),
            "walletId": encode(Prefix.WALLET, municipality, wallet_id),
            "amount": amount,
        },
        amount=amount,
        basis=facts_of(programme),
    )


async def approve_grant(
    services: Services,
    viewer: Viewer,
    municipality: int,
    key: UUID,
    approval_id: UUID,
    valid_until: datetime | None = None,
) -> tuple[Proposal, Posted]:
    """Approve a proposal and post its grant. A proposal is granted once, whatever keys are sent.

    valid_until: a request that arrives later is refused by the ledger, and approves nothing.
    """
    await require_staff(municipality, viewer, Relation.FINANCE)
    proposal = await by_approval(municipality, approval_id)
    if proposal is None:
        raise UnknownProposalError
    if proposal.proposer == viewer.person_id:
        raise ApproverIsProposerError
    try:
        prepared = await prepare_grant(services, proposal.municipality, proposal.programme_id, proposal.wallet_id)
    except (ProgrammeClosedError, NotEligibleError) as refusal:
        # A key that settled while the grant was possible keeps its answer.
        return proposal, await services.ledger.answer(_request(viewer, key, proposal, None), otherwise=refusal)
    known = RequestKey(municipality, viewer.person_id, Operation.APPROVE_GRANT, key)
    if not is_late(valid_until, services.clock()) and not await services.ledger.has_ended(known):
        about = await _about(municipality, proposal.programme_id, proposal.wallet_id, proposal.amount)
        await approve(services, viewer, proposal.approval, key, about)
    request = replace(_request(viewer, key, proposal, prepared), valid_until=valid_until)
    return proposal, await services.ledger.post(request)


async def by_id(municipality: int, proposal: UUID) -> Proposal | None:
    """Return a proposal of a municipality; None if there is no such proposal."""
    proposal_rows = await rows(_PROPOSAL, municipality, proposal)
    approval = await approvals.by_subject(municipality, ApprovalKind.GRANT, proposal) if proposal_rows else None
    if approval is None:
        return None
    row = proposal_rows[0]
    return Proposal(
        municipality=municipality,
        id=row["id"],
        programme_id=row["programme_id"],
        wallet_id=row["wallet_id"],
        amount=row["amount"],
        proposer=row["proposer"],
        proposed_at=row["created_at"],
        approval=approval,
    )


async def by_approval(municipality: int, approval_id: UUID) -> Proposal | None:
    """Return the proposal of an approval; None if there is no such approval, or it is not about a grant."""
    approval = await approvals.by_id(municipality, approval_id)
    return (
        None if approval is None or approval.kind != ApprovalKind.GRANT else await by_id(municipality, approval.subject)
    )


def _request(viewer: Viewer, key: UUID, proposal: Proposal, prepared: PreparedGrant | None) -> Request:
    town = proposal.municipality
    single_use = (town, GuardKind.GRANT_PROPOSAL, proposal.id, "")

    def plan(book: Book, at: datetime) -> Draft:
        if prepared is None:
            return no_plan(book, at)
        guard = book.guard(single_use, 1)
        if guard.value:
            raise AlreadyGrantedError
        draft = plan_grant(book, town, proposal.wallet_id, proposal.amount, prepared, limits=None)
        draft.guards.append((guard, 1))
        return draft

    return Request(
        municipality=town,
        actor=viewer.person_id,
        operation=Operation.APPROVE_GRANT,
        key=key,
        input_hash=fingerprint(proposal=proposal.id),
        kind=JournalKind.GRANT,
        holders=(proposal.wallet_id, proposal.programme_id),
        plan=plan,
        lots=() if prepared is None else (prepared.lot.id,),
        guards=(single_use,) if prepared is None else (*(guard for guard, _ in prepared.caps), single_use),
        facts=Facts(
            on_behalf_of=proposal.proposer,
            wallet_id=proposal.wallet_id,
            programme_id=proposal.programme_id,
            funding=None if prepared is None else prepared.programme.funding,
            client=viewer.client,
        ),
        # The approval has its own entry; this one is found as the grants of one officer are.
        act=Act(
            proposal.wallet_id,
            note=viewer.reason,
            action="grant_value",
            after={"programme": str(proposal.programme_id), "proposal": str(proposal.id)},
        ),
    )
