"""The inbox of a municipality's approvals, live: every proposal, and every change of one."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from uuid import UUID

from domain.approvals import reads
from domain.approvals.kinds import ApprovalState
from domain.approvals.reads import Approval
from domain.identifiers import derived
from domain.ledger.kinds import SYSTEM_ACTOR, JournalKind
from domain.ledger.request import EventRow
from domain.services import Services

WAITING_LIMIT = 100
"""The most proposals with which a stream begins."""
LOOK_SECONDS = 2.0
"""The interval at which the table is read when the bus reports no change."""
OVERLAP = timedelta(seconds=30)
"""How far back every look goes, because commits become visible later than the times that they carry."""


def _address(municipality: int) -> UUID:
    return derived(SYSTEM_ACTOR, "approvals", str(municipality))


def wake(services: Services, municipality: int) -> None:
    """Wake the followers of a municipality's inbox, by a bus message that is stored nowhere. Call after the commit."""
    address = _address(municipality)
    services.bus.publish(
        [
            EventRow(
                municipality=municipality,
                holder=address,
                sequence=0,
                kind=JournalKind.GRANT_CLOSED,
                journal_id=address,
                counterparty=None,
                assets=[],
                amounts=[],
                balances=[],
                recorded_at=services.clock(),
            )
        ]
    )


async def follow(services: Services, municipality: int) -> AsyncGenerator[Approval, None]:
    """Yield the proposals that wait, newest first, then every one that is made, approved or ended. Without end.

    The bus only makes it faster.
    """
    inbox = services.bus.subscribe(municipality, _address(municipality))
    try:
        began = services.clock()
        recent = await reads.changed_since(municipality, began - OVERLAP)
        seen = {approval.id: approval for approval in recent}
        for approval in await reads.inbox(municipality, [ApprovalState.PROPOSED], [], began, None, WAITING_LIMIT):
            seen[approval.id] = approval
            yield approval
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(inbox.wait(), LOOK_SECONDS)
            inbox.rows.clear()
            inbox.overflowed = False
            since = services.clock() - OVERLAP
            for approval in await reads.changed_since(municipality, since):
                if seen.get(approval.id) != approval:
                    seen[approval.id] = approval
                    yield approval
            seen = {key: known for key, known in seen.items() if _changed_at(known) >= since}
    finally:
        services.bus.unsubscribe(municipality, _address(municipality), inbox)


def _changed_at(approval: Approval) -> datetime:
    return max(at for at in (approval.proposed_at, approval.approved_at, approval.ended_at) if at is not None)
