"""Approvals: the inbox, and what officers decide."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.approvals import end, inbox, log, reads
from domain.controls.approve import approve_change as approve
from domain.refusals import NotPermittedError
from schema.approvals.enums import ApprovalKind, ApprovalState
from schema.approvals.inputs import ApproveChangeInput, RejectApprovalInput, WithdrawApprovalInput
from schema.approvals.log import AuditConnection, AuditEdge, AuditEntry
from schema.approvals.results import ApproveChangePayload, RejectApprovalPayload, WithdrawApprovalPayload
from schema.approvals.types import Approval, ApprovalConnection, ApprovalEdge
from schema.core.access import is_officer, serves
from schema.core.context import MeguruInfo
from schema.core.errors import BadCursorError, NotFoundError
from schema.core.ids import ID, Prefix, encode, read, read_any
from schema.core.node import finds
from schema.core.page import After, First, check_count, page_of
from schema.municipalities.types import MunicipalityCode, find_number, number_of

States = Annotated[
    list[ApprovalState] | None, argument(description="Only these states; all of them when absent or empty.")
]
Kinds = Annotated[
    list[ApprovalKind] | None, argument(description="Only these kinds; all of them when absent or empty.")
]

Actor = Annotated[ID | None, argument(description="Only acts of this person.")]
Action = Annotated[str | None, argument(description="Only acts of this name, such as `grant_value`.")]
Subject = Annotated[ID | None, argument(description="Only acts about this, such as a wallet, programme or proposal.")]
Since = Annotated[datetime | None, argument(name="from", description="Only acts from this instant on, inclusive.")]
Until = Annotated[datetime | None, argument(name="to", description="Only acts before this instant, exclusive.")]

CURSOR_LIMIT = 19
"""Digits of an entry's number."""


@finds(Prefix.APPROVAL)
async def find(info: MeguruInfo, municipality: int, approval: UUID) -> Approval | None:
    """A proposal, for the finance officers and auditors of its municipality, and for the staff who proposed it."""
    row = await info.context.load(reads.by_keys, (municipality, approval))
    if row is None:
        return None
    own = row.proposer == info.context.asker.person_id and await serves(info, municipality)
    return Approval(approval=row) if own or await is_officer(info, municipality) else None


async def approvals(
    info: MeguruInfo,
    municipality: MunicipalityCode,
    states: States = None,
    kinds: Kinds = None,
    first: First = 20,
    after: After = None,
) -> ApprovalConnection:
    """A page of the inbox."""
    check_count(first)
    number = await number_of(municipality)
    if not await is_officer(info, number):
        raise NotPermittedError
    place = await _place(number, after)
    rows = await reads.inbox(number, states or [], kinds or [], info.context.services.clock(), place, first + 1)
    edges, page_info = page_of(rows, first, after, _edge)
    return ApprovalConnection(edges=edges, page_info=page_info)


async def _place(municipality: int, cursor: str | None) -> reads.Place | None:
    if cursor is None:
        return None
    key = read(Prefix.APPROVAL, cursor)
    known = None if key is None or key[0] != municipality else await reads.by_id(*key)
    if known is None:
        raise BadCursorError
    return known.proposed_at, known.id


def _edge(row: reads.Approval) -> ApprovalEdge:
    return ApprovalEdge(node=Approval(approval=row), cursor=encode(Prefix.APPROVAL, row.municipality, row.id))


async def audit_log(
    info: MeguruInfo,
    municipality: MunicipalityCode,
    actor: Actor = None,
    action: Action = None,
    subject: Subject = None,
    since: Since = None,
    until: Until = None,
    first: First = 20,
    after: After = None,
) -> AuditConnection:
    """A page of the audit log."""
    check_count(first)
    number = await number_of(municipality)
    if not await is_officer(info, number):
        raise NotPermittedError
    wanted = await _wanted(number, actor, subject, log.Filter(action=action, since=since, until=until))
    place = None if after is None else await log.place_of(number, int(after)) if _is_number(after) else None
    if after is not None and place is None:
        raise BadCursorError
    entries = [] if wanted is None else await log.entries(number, wanted, place, first + 1)
    edges, page_info = page_of(entries, first, after, _audit_edge)
    return AuditConnection(edges=edges, page_info=page_info)


async def _wanted(municipality: int, actor: str | None, subject: str | None, wanted: log.Filter) -> log.Filter | None:
    """The filter with the ids that were named; None where an id names nothing, so that nothing is about it."""
    if actor is not None:
        person = read(Prefix.PERSON, actor)
        if person is None:
            return None
        wanted = replace(wanted, actor=person[1])
    if subject is not None:
        named = read_any(subject)
        if named is None or (named[0] is not Prefix.PERSON and named[1] != municipality):
            return None
        wanted = replace(wanted, subject=await log.subject_of(municipality, named[0], named[2]))
    return wanted


def _is_number(cursor: str) -> bool:
    """Whether it can be the number of an entry; the column has 63 bits."""
    return cursor.isascii() and cursor.isdigit() and len(cursor) <= CURSOR_LIMIT and int(cursor) < 2**63


def _audit_edge(entry: log.Entry) -> AuditEdge:
    return AuditEdge(node=AuditEntry(entry=entry), cursor=str(entry.id))


async def approve_change(info: MeguruInfo, input: ApproveChangeInput) -> ApproveChangePayload:
    """Approves a change as the second officer."""
    row = await approve(info.context.services, info.context.signed_in, *input.approval())
    return ApproveChangePayload(approval=Approval(approval=row))


async def reject_approval(info: MeguruInfo, input: RejectApprovalInput) -> RejectApprovalPayload:
    """Rejects somebody else's proposal."""
    row = await end.reject(
        info.context.services, info.context.signed_in, *input.approval(), reason=input.reason, note=input.note
    )
    return RejectApprovalPayload(approval=Approval(approval=row))


async def withdraw_approval(info: MeguruInfo, input: WithdrawApprovalInput) -> WithdrawApprovalPayload:
    """Withdraws one's own proposal."""
    row = await end.withdraw(
        info.context.services, info.context.signed_in, *input.approval(), reason=input.reason, note=input.note
    )
    return WithdrawApprovalPayload(approval=Approval(approval=row))


async def visible_inbox(info: MeguruInfo, municipality: str) -> int:
    """The number of a municipality whose inbox the viewer may follow; NotFoundError for any other."""
    number = await find_number(municipality)
    if number is None or not await is_officer(info, number):
        raise NotFoundError
    return number


async def approval_changed(info: MeguruInfo, municipality: MunicipalityCode) -> AsyncGenerator[Approval, None]:
    """The inbox, live."""
    number = await visible_inbox(info, municipality)
    async with aclosing(inbox.follow(info.context.services, number)) as rows:
        async for row in rows:
            yield Approval(approval=row)
