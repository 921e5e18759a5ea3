"""Bulk grants: input in, one domain call, the contract's type out."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.bulk_grants import check, control, progress, reads, start
from domain.controls import budgets
from domain.controls.budgets import NewUndo
from domain.controls.change import change
from domain.refusals import NotPermittedError
from schema.approvals.types import approval_of
from schema.bulk_grants.checks import BulkGrantCheck, BulkGrantDuplicateConnection, duplicates_of
from schema.bulk_grants.inputs import (
    ApproveBulkGrantInput,
    CancelBulkGrantInput,
    CheckBulkGrantInput,
    PauseBulkGrantInput,
    ResumeBulkGrantInput,
    StartBulkGrantInput,
    UndoBulkGrantInput,
    bulk_grant_key,
)
from schema.bulk_grants.results import (
    ApproveBulkGrantPayload,
    CancelBulkGrantPayload,
    CheckBulkGrantPayload,
    PauseBulkGrantPayload,
    ResumeBulkGrantPayload,
    StartBulkGrantPayload,
    UndoBulkGrantPayload,
)
from schema.bulk_grants.types import BulkGrant, BulkGrantConnection, BulkGrantEdge
from schema.core.access import serves
from schema.core.context import MeguruInfo
from schema.core.errors import BadCursorError, NotFoundError
from schema.core.ids import ID, Prefix, encode, key_of, read
from schema.core.node import finds
from schema.core.page import After, First, check_count, page_of
from schema.municipalities.types import MunicipalityCode, number_of

BulkGrantId = Annotated[ID, argument(description="The bulk grant.")]


@finds(Prefix.BULK_GRANT)
async def find(info: MeguruInfo, municipality: int, key: UUID) -> BulkGrant | None:
    """A bulk grant, for the staff of its municipality."""
    if not await serves(info, municipality):
        return None
    row = await info.context.load(reads.by_keys, (municipality, key))
    return None if row is None else BulkGrant(bulk_grant=row)


async def bulk_grant(info: MeguruInfo, id: BulkGrantId) -> BulkGrant | None:
    """One bulk grant, for the staff of its municipality."""
    key = read(Prefix.BULK_GRANT, id)
    return None if key is None else await find(info, *key)


async def bulk_grant_duplicates(
    info: MeguruInfo, id: BulkGrantId, first: First = 20, after: After = None
) -> BulkGrantDuplicateConnection:
    """Rows of a bulk grant in wait of its approval that may be duplicates, for the staff of its municipality."""
    check_count(first)
    bulk = await bulk_grant(info, id)
    if bulk is None:
        raise NotFoundError
    return duplicates_of(await control.repetition_of(info.context.services, bulk.bulk_grant), first, after)


async def bulk_grants(
    info: MeguruInfo, municipality: MunicipalityCode, first: First = 20, after: After = None
) -> BulkGrantConnection:
    """A page of a municipality's bulk grants, newest first, for its staff."""
    check_count(first)
    number = await number_of(municipality)
    if not await serves(info, number):
        raise NotPermittedError
    cursor = None if after is None else read(Prefix.BULK_GRANT, after)
    if after is not None and (cursor is None or cursor[0] != number):
        raise BadCursorError
    rows = await reads.of_municipality(number, None if cursor is None else cursor[1], first + 1)
    edges, page_info = page_of(rows, first, after, _edge)
    return BulkGrantConnection(edges=edges, page_info=page_info)


def _edge(row: reads.BulkGrant) -> BulkGrantEdge:
    return BulkGrantEdge(node=BulkGrant(bulk_grant=row), cursor=encode(Prefix.BULK_GRANT, row.municipality, row.id))


async def check_bulk_grant(info: MeguruInfo, input: CheckBulkGrantInput) -> CheckBulkGrantPayload:
    """Checks what a file would do."""
    checked = await check.check_bulk_grant(info.context.services, info.context.signed_in, *input.upload_and_programme())
    return CheckBulkGrantPayload(check=BulkGrantCheck(check=checked))


async def start_bulk_grant(info: MeguruInfo, input: StartBulkGrantInput) -> StartBulkGrantPayload:
    """Grants the rows of a file, or waits for a second officer."""
    row, replayed = await start.start_bulk_grant(info.context.services, info.context.signed_in, input.start())
    return StartBulkGrantPayload(bulk_grant=BulkGrant(bulk_grant=row), replayed=replayed)


async def approve_bulk_grant(info: MeguruInfo, input: ApproveBulkGrantInput) -> ApproveBulkGrantPayload:
    """Approves a bulk grant as the second officer."""
    municipality, key = bulk_grant_key(input.bulk_grant_id)
    row, replayed = await control.approve_bulk_grant(
        info.context.services,
        info.context.signed_in,
        municipality,
        key=input.idempotency_key,
        bulk_grant=key,
        token=input.duplicates_token,
    )
    return ApproveBulkGrantPayload(bulk_grant=BulkGrant(bulk_grant=row), replayed=replayed)


async def pause_bulk_grant(info: MeguruInfo, input: PauseBulkGrantInput) -> PauseBulkGrantPayload:
    """Pauses a bulk grant."""
    row = await control.pause_bulk_grant(
        info.context.services, info.context.signed_in, *bulk_grant_key(input.bulk_grant_id)
    )
    return PauseBulkGrantPayload(bulk_grant=BulkGrant(bulk_grant=row))


async def resume_bulk_grant(info: MeguruInfo, input: ResumeBulkGrantInput) -> ResumeBulkGrantPayload:
    """Resumes a bulk grant."""
    row = await control.resume_bulk_grant(
        info.context.services, info.context.signed_in, *bulk_grant_key(input.bulk_grant_id)
    )
    return ResumeBulkGrantPayload(bulk_grant=BulkGrant(bulk_grant=row))


async def cancel_bulk_grant(info: MeguruInfo, input: CancelBulkGrantInput) -> CancelBulkGrantPayload:
    """Cancels the rest of a bulk grant."""
    row = await control.cancel_bulk_grant(
        info.context.services, info.context.signed_in, *bulk_grant_key(input.bulk_grant_id)
    )
    return CancelBulkGrantPayload(bulk_grant=BulkGrant(bulk_grant=row))


async def undo_bulk_grant(info: MeguruInfo, input: UndoBulkGrantInput) -> UndoBulkGrantPayload:
    """Takes back what is left of a bulk grant."""
    municipality, key = bulk_grant_key(input.bulk_grant_id)
    changed = await change(
        info.context.services,
        info.context.signed_in,
        budgets.BULK_GRANT_UNDO,
        municipality,
        NewUndo(key, input.reason),
        key=input.idempotency_key,
    )
    if changed.result is None:
        return UndoBulkGrantPayload(
            bulk_grant=await find(info, municipality, key), approval=approval_of(changed.approval)
        )
    row, replayed = changed.result
    return UndoBulkGrantPayload(bulk_grant=BulkGrant(bulk_grant=row), replayed=replayed)


async def visible_bulk_grant(info: MeguruInfo, id: ID) -> None:
    """Raise NotFoundError for a bulk grant that the viewer may not see."""
    if await find(info, *key_of(Prefix.BULK_GRANT, id, NotFoundError)) is None:
        raise NotFoundError


async def bulk_grant_progress(info: MeguruInfo, id: BulkGrantId) -> AsyncGenerator[BulkGrant, None]:
    """The progress of a bulk grant, live, until it has ended."""
    key = key_of(Prefix.BULK_GRANT, id, NotFoundError)
    async with aclosing(progress.progress(info.context.services, *key)) as rows:
        async for row in rows:
            yield BulkGrant(bulk_grant=row)
