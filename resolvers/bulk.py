"""Uploads, grants by file, and grants above a threshold: input in, one domain call, a view out."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.approvals.kinds import ApprovalKind, ReversalReason
from domain.approvals.reads import Approval
from domain.bulk_grants import check as checking
from domain.bulk_grants import control, reads
from domain.bulk_grants import progress as following
from domain.bulk_grants import start as starting
from domain.bulk_grants.check import Check
from domain.bulk_grants.kinds import RowState
from domain.bulk_grants.reads import BulkGrant
from domain.bulk_grants.refusals import UnknownBulkGrantError
from domain.grants import propose as proposing
from domain.grants.propose import Proposal
from domain.grants.refusals import UnknownProposalError
from domain.ledger.holders import serves
from domain.ledger.kinds import Operation
from domain.ledger.refusals import UnknownWalletError
from domain.municipalities import reads as municipalities
from domain.municipalities.thresholds import Thresholds, set_thresholds, thresholds_of
from domain.programmes.refusals import UnknownProgrammeError
from domain.refusals import NotPermittedError
from domain.uploads import create as creating
from domain.uploads.kinds import UploadPurpose
from domain.uploads.purposes import TERMS
from domain.uploads.refusals import UnknownUploadError
from resolvers import bulk_views as views
from resolvers.bulk_views import EdgeOf, PageOf
from resolvers.money import balances_after
from resolvers.nodes import STAFF_OF_TOWN, check_count
from resolvers.nodes import bulk_grant as visible
from resolvers.payments import actor, journal_of
from resolvers.viewers import BadCursorError, NotFoundError
from resolvers.views import Grant, PageInfo
from schema.bulk_inputs import (
    ApproveBulkGrantInput,
    ApproveGrantInput,
    CancelBulkGrantInput,
    CheckBulkGrantInput,
    CreateUploadInput,
    PauseBulkGrantInput,
    ProposeGrantInput,
    ResumeBulkGrantInput,
    SetGrantThresholdsInput,
    StartBulkGrantInput,
    UndoBulkGrantInput,
)
from schema.context import MeguruInfo
from schema.ids import ID, Prefix, encode, read

TownCode = Annotated[str, argument(description="The code of the town, 6 digits.")]
BulkGrantId = Annotated[ID, argument(description="The bulk grant.")]
ApprovalId = Annotated[ID, argument(description="The proposal's approval.")]
First = Annotated[int, argument(description="How many, 0 to 100.")]
After = Annotated[str | None, argument(description="The cursor after which the page begins.")]
LONGEST_NUMBER = 9


async def create_upload(info: MeguruInfo, input: CreateUploadInput) -> views.CreateUploadSuccess:
    """A one-time address for a file."""
    viewer = actor(info, "createUpload")
    purpose = UploadPurpose[input.purpose.name]
    made = await creating.create_upload(info.context.services, viewer, await _town(input.municipality), purpose)
    name = encode(Prefix.UPLOAD, made.upload.municipality, made.upload.id)
    terms = TERMS[purpose]
    return views.CreateUploadSuccess(
        views.UploadAddress(
            name,
            f"/uploads/{name}/{made.secret}",
            terms.maximum_bytes,
            list(terms.content_types),
            made.upload.expires_at,
        )
    )


async def check_bulk_grant(info: MeguruInfo, input: CheckBulkGrantInput) -> views.CheckBulkGrantSuccess:
    """What a file would do."""
    viewer = actor(info, "checkBulkGrant")
    municipality, upload, programme = _file(input.upload_id, input.programme_id)
    return views.CheckBulkGrantSuccess(
        await checking.check_bulk_grant(info.context.services, viewer, municipality, upload, programme)
    )


async def start_bulk_grant(info: MeguruInfo, input: StartBulkGrantInput) -> views.StartBulkGrantSuccess:
    """Grants the rows of a file, or waits for a second officer."""
    viewer = actor(info, "startBulkGrant")
    what = starting.Start(
        input.idempotency_key,
        *_file(input.upload_id, input.programme_id),
        input.skip_invalid,
        confirm_same_file=bool(input.confirm_same_file),
    )
    return views.StartBulkGrantSuccess(*await starting.start_bulk_grant(info.context.services, viewer, what))


async def approve_bulk_grant(info: MeguruInfo, input: ApproveBulkGrantInput) -> views.ApproveBulkGrantSuccess:
    """The second officer's word."""
    viewer = actor(info, "approveBulkGrant")
    municipality, key = _bulk_key(input.bulk_grant_id)
    return views.ApproveBulkGrantSuccess(
        *await control.approve_bulk_grant(info.context.services, viewer, municipality, input.idempotency_key, key)
    )


async def pause_bulk_grant(info: MeguruInfo, input: PauseBulkGrantInput) -> views.PauseBulkGrantSuccess:
    """Stops it for a while."""
    viewer = actor(info, "pauseBulkGrant")
    return views.PauseBulkGrantSuccess(
        await control.pause_bulk_grant(info.context.services, viewer, *_bulk_key(input.bulk_grant_id))
    )


async def resume_bulk_grant(info: MeguruInfo, input: ResumeBulkGrantInput) -> views.ResumeBulkGrantSuccess:
    """Goes on with it."""
    viewer = actor(info, "resumeBulkGrant")
    return views.ResumeBulkGrantSuccess(
        await control.resume_bulk_grant(info.context.services, viewer, *_bulk_key(input.bulk_grant_id))
    )


async def cancel_bulk_grant(info: MeguruInfo, input: CancelBulkGrantInput) -> views.CancelBulkGrantSuccess:
    """Calls its rest off."""
    viewer = actor(info, "cancelBulkGrant")
    return views.CancelBulkGrantSuccess(
        await control.cancel_bulk_grant(info.context.services, viewer, *_bulk_key(input.bulk_grant_id))
    )


async def undo_bulk_grant(info: MeguruInfo, input: UndoBulkGrantInput) -> views.UndoBulkGrantSuccess:
    """Takes back what is left of it."""
    viewer = actor(info, "undoBulkGrant")
    municipality, key = _bulk_key(input.bulk_grant_id)
    reason = ReversalReason[input.reason.name]
    return views.UndoBulkGrantSuccess(
        *await control.undo_bulk_grant(info.context.services, viewer, municipality, input.idempotency_key, key, reason)
    )


async def propose_grant(info: MeguruInfo, input: ProposeGrantInput) -> views.ProposeGrantSuccess:
    """The first word on a grant."""
    viewer = actor(info, "proposeGrant")
    of_programme, of_wallet = read(Prefix.PROGRAMME, input.programme_id), read(Prefix.WALLET, input.wallet_id)
    if of_programme is None:
        raise UnknownProgrammeError
    if of_wallet is None or of_wallet[0] != of_programme[0]:
        raise UnknownWalletError
    town, programme = of_programme
    made = await proposing.propose_grant(
        info.context.services, viewer, town, input.idempotency_key, programme, of_wallet[1], input.amount
    )
    return views.ProposeGrantSuccess(*made)


async def approve_grant(info: MeguruInfo, input: ApproveGrantInput) -> views.ApproveGrantSuccess:
    """The second word, and the grant."""
    viewer = actor(info, "approveGrant")
    found = read(Prefix.APPROVAL, input.approval_id)
    if found is None:
        raise UnknownProposalError
    proposal, posted = await proposing.approve_grant(
        info.context.services, viewer, found[0], input.idempotency_key, found[1]
    )
    journal = journal_of(posted, viewer, Operation.APPROVE_GRANT, proposal.wallet_id, None)
    return views.ApproveGrantSuccess(Grant(journal), balances_after(posted.receipt, sign=1), posted.replayed)


async def set_grant_thresholds(info: MeguruInfo, input: SetGrantThresholdsInput) -> views.SetGrantThresholdsSuccess:
    """A town's new thresholds."""
    viewer = actor(info, "setGrantThresholds")
    new = Thresholds(await _town(input.municipality), input.single, input.file)
    return views.SetGrantThresholdsSuccess(await set_thresholds(info.context.services, viewer, new))


async def bulk_grant(info: MeguruInfo, id: BulkGrantId) -> BulkGrant | None:
    """One, for the staff of its town."""
    found = read(Prefix.BULK_GRANT, id)
    return None if found is None else await visible(info, *found)


async def bulk_grants(
    info: MeguruInfo, municipality: TownCode, first: First = 20, after: After = None
) -> views.BulkGrantPage:
    """A town's, newest first, for its staff."""
    check_count(first)
    town = await municipalities.by_code(municipality)
    if town is None or not await _staff(info, town.id):
        raise NotPermittedError
    cursor = None if after is None else read(Prefix.BULK_GRANT, after)
    if after is not None and (cursor is None or cursor[0] != town.id):
        raise BadCursorError
    found = await reads.of_municipality(town.id, None if cursor is None else cursor[1], first + 1)
    edges = [EdgeOf(one, encode(Prefix.BULK_GRANT, town.id, one.id)) for one in found[:first]]
    return PageOf(edges, PageInfo(len(found) > first, edges[-1].cursor if edges else None))


async def grant_proposal(info: MeguruInfo, id: ApprovalId) -> Proposal | None:
    """A proposal, for the staff of its town."""
    found = read(Prefix.APPROVAL, id)
    return None if found is None or not await _staff(info, found[0]) else await proposing.by_approval(*found)


async def grant_thresholds(info: MeguruInfo, municipality: TownCode) -> Thresholds:
    """A town's thresholds, for its staff."""
    town = await municipalities.by_code(municipality)
    if town is None or not await _staff(info, town.id):
        raise NotPermittedError
    return await thresholds_of(town.id)


async def bulk_grant_progress(info: MeguruInfo, id: BulkGrantId) -> AsyncGenerator[BulkGrant, None]:
    """How it stands, live, until it has ended."""
    found = await bulk_grant(info, id)
    if found is None:
        raise NotFoundError
    async with aclosing(following.progress(info.context.services, found.municipality, found.id)) as items:
        async for item in items:
            yield item


async def rows_of(
    bulk: BulkGrant, first: int, after: str | None, state: RowState | None, *, not_taken_back: bool
) -> views.BulkRowPage:
    """A page of its rows, in the file's order."""
    check_count(first)
    found = await reads.rows_after(bulk, _number(after), first + 1, state, not_taken_back=not_taken_back)
    edges = [EdgeOf(row, str(row.number)) for row in found[:first]]
    return PageOf(edges, PageInfo(len(found) > first, edges[-1].cursor if edges else None))


def errors_of(check: Check, first: int, after: str | None) -> views.RowErrorPage:
    """A page of a file's errors, in the file's order."""
    check_count(first)
    behind = _number(after)
    found = [row for row in check.errors if row.number > behind][: first + 1]
    edges = [EdgeOf(views.RowError(row), str(row.number)) for row in found[:first]]
    return PageOf(edges, PageInfo(len(found) > first, edges[-1].cursor if edges else None))


async def approval_of(info: MeguruInfo, bulk: BulkGrant) -> Approval | None:
    """The second officer's word, where one is asked for."""
    return await info.context.loaders.approvals_of.load((bulk.municipality, ApprovalKind.BULK_GRANT, bulk.id))


async def same_file(check: Check) -> BulkGrant | None:
    """The bulk grant that had a file of the same content."""
    return None if check.same_content is None else await reads.by_id(check.municipality, check.same_content)


def _number(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= LONGEST_NUMBER):
        raise BadCursorError
    return int(cursor)


async def _staff(info: MeguruInfo, municipality: int) -> bool:
    viewer = info.context.signed_in
    relations = viewer.relations(*STAFF_OF_TOWN)
    return bool(relations) and await serves(municipality, viewer.person_id, relations)


def _bulk_key(unchecked: ID) -> tuple[int, UUID]:
    found = read(Prefix.BULK_GRANT, unchecked)
    if found is None:
        raise UnknownBulkGrantError
    return found


def _file(upload_id: ID, programme_id: ID) -> tuple[int, UUID, UUID]:
    """Town, upload and programme, which must be of that town."""
    upload, programme = read(Prefix.UPLOAD, upload_id), read(Prefix.PROGRAMME, programme_id)
    if upload is None:
        raise UnknownUploadError
    if programme is None or programme[0] != upload[0]:
        raise UnknownProgrammeError
    return upload[0], upload[1], programme[1]


async def _town(code: str) -> int:
    town = await municipalities.by_code(code)
    if town is None:
        raise NotPermittedError
    return town.id
