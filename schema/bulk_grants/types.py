"""Bulk grants: how far they are, and what a file would do."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import argument

from domain.approvals import reads as approvals
from domain.approvals.kinds import ApprovalKind
from domain.bulk_grants import reads
from domain.bulk_grants.reads import BulkGrant as DomainBulkGrant
from domain.identifiers import Prefix
from schema.approvals.types import Approval
from schema.bulk_grants.enums import BulkState, RepetitionReason, RowState
from schema.bulk_grants.rows import BulkGrantRowConnection, row_edge, row_number
from schema.core.context import MeguruInfo
from schema.core.node import Node
from schema.core.page import After, First, PageInfo, check_count, page_of
from schema.core.scalars import Amount
from schema.programmes.types import Programme, programme_of

OfState = Annotated[RowState | None, argument(description="Only rows in this state; all when absent.")]
NotTakenBack = Annotated[
    bool | None, argument(description="True: only rows of which an undo could not take back everything.")
]


@strawberry.type(description="Grants by a file, row by row. 一括付与")
class BulkGrant(Node):
    """Grants by a file."""

    bulk_grant: strawberry.Private[DomainBulkGrant]

    def key(self) -> tuple[Prefix, int, UUID | int]:
        """Its id in its municipality."""
        return Prefix.BULK_GRANT, self.bulk_grant.municipality, self.bulk_grant.id

    @strawberry.field(description="Its state.")
    def state(self) -> BulkState:
        return self.bulk_grant.state

    @strawberry.field(description="The programme whose value it grants.")
    async def programme(self, info: MeguruInfo) -> Programme:
        return await programme_of(info, self.bulk_grant.municipality, self.bulk_grant.programme_id)

    @strawberry.field(description="Time of its start, in UTC.")
    def created_at(self) -> datetime:
        return self.bulk_grant.created_at

    @strawberry.field(description="Time of its end, in UTC; null until then.")
    def ended_at(self) -> datetime | None:
        return self.bulk_grant.ended_at

    @strawberry.field(description="Rows of the file, without empty ones.")
    def row_count(self) -> int:
        return self.bulk_grant.rows_total

    @strawberry.field(description="Rows that were wrong in the file, and skipped.")
    def invalid_count(self) -> int:
        return self.bulk_grant.rows_invalid

    @strawberry.field(description="Rows that were granted.")
    def granted_count(self) -> int:
        return self.bulk_grant.rows_granted

    @strawberry.field(description="Rows that were refused when their turn came.")
    def refused_count(self) -> int:
        return self.bulk_grant.rows_refused

    @strawberry.field(description="Rows that were cancelled before their turn.")
    def cancelled_count(self) -> int:
        return self.bulk_grant.rows_cancelled

    @strawberry.field(description="Rows that wait for their turn.")
    def left_count(self) -> int:
        return self.bulk_grant.rows_left

    @strawberry.field(description="Granted rows that an undo has reached.")
    def undone_count(self) -> int:
        return self.bulk_grant.rows_undone

    @strawberry.field(description="The sum of the rows that were right in the file. Whole units.")
    def total_amount(self) -> Amount:
        return Amount(self.bulk_grant.amount_total)

    @strawberry.field(description="What was granted. Whole units.")
    def granted_amount(self) -> Amount:
        return Amount(self.bulk_grant.amount_granted)

    @strawberry.field(description="What an undo has taken back. Whole units.")
    def taken_back_amount(self) -> Amount:
        return Amount(self.bulk_grant.amount_taken_back)

    @strawberry.field(
        description=(
            "Rows that the first officer confirmed at the start as possible duplicates: the programme had given the"
            " wallet the same amount, or was about to. Which they are now: `bulkGrantDuplicates`."
        )
    )
    def confirmed_duplicate_count(self) -> int:
        return self.bulk_grant.rows_repeated

    @strawberry.field(description="Why they were confirmed; null where there were none.")
    def duplicates_reason(self) -> RepetitionReason | None:
        reason = self.bulk_grant.repeated_reason
        return None if reason is None else RepetitionReason(reason)

    @strawberry.field(description="The second officer's approval; null where none was required.")
    async def approval(self, info: MeguruInfo) -> Approval | None:
        subject = (self.bulk_grant.municipality, int(ApprovalKind.BULK_GRANT), self.bulk_grant.id)
        row = await info.context.load(approvals.by_subjects, subject)
        return None if row is None else Approval(approval=row)

    @strawberry.field(description="Its rows in the file's order, at most 100 a page.")
    async def rows(
        self, first: First = 20, after: After = None, state: OfState = None, not_taken_back: NotTakenBack = None
    ) -> BulkGrantRowConnection:
        check_count(first)
        rows = await reads.rows_after(
            self.bulk_grant, row_number(after), first + 1, state, not_taken_back=bool(not_taken_back)
        )
        edges, page_info = page_of(rows, first, after, row_edge)
        return BulkGrantRowConnection(edges=edges, page_info=page_info)


@strawberry.type(description="A bulk grant and its cursor.")
class BulkGrantEdge:
    """A bulk grant and its cursor."""

    node: BulkGrant = strawberry.field(description="One bulk grant.")
    cursor: str = strawberry.field(description="Pass it as `after` to go on behind it.")


@strawberry.type(description="A page of bulk grants, newest first.")
class BulkGrantConnection:
    """A page of bulk grants."""

    edges: list[BulkGrantEdge] = strawberry.field(description="Newest first.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")
