"""What officers agree on when they approve a bulk grant, or its undo."""

from domain.approvals.kinds import ReversalReason
from domain.approvals.subject import Subject
from domain.bulk_grants.reads import BulkGrant
from domain.identifiers import Prefix, encode
from domain.programmes import reads as programmes
from domain.programmes.refusals import UnknownProgrammeError
from domain.programmes.subject import facts_of


async def about_grant(bulk: BulkGrant) -> Subject:
    """Return the file, its rows and its sum; the programme must stay as it is."""
    programme = await programmes.by_id(bulk.municipality, bulk.programme_id)
    if programme is None:
        raise UnknownProgrammeError
    return Subject(
        after={
            "bulkGrantId": encode(Prefix.BULK_GRANT, bulk.municipality, bulk.id),
            "programmeId": encode(Prefix.PROGRAMME, bulk.municipality, bulk.programme_id),
            "rows": bulk.rows_total - bulk.rows_invalid,
            "amount": bulk.amount_total,
        },
        amount=bulk.amount_total,
        basis={"file": bulk.sha256.hex(), "programme": facts_of(programme)},
    )


def about_undo(bulk: BulkGrant, reason: ReversalReason) -> Subject:
    """Return what would be taken back at most; the bulk grant must stay as it ended."""
    return Subject(
        before={"state": bulk.state.name, "amountGranted": bulk.amount_granted},
        after={
            "bulkGrantId": encode(Prefix.BULK_GRANT, bulk.municipality, bulk.id),
            "reason": reason.name,
            "amount": bulk.amount_granted - bulk.amount_taken_back,
        },
        amount=bulk.amount_granted - bulk.amount_taken_back,
    )
