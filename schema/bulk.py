"""Uploads, grants by file, and grants above a threshold."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import Parent
from strawberry.types import Info

from domain.bulk_grants.check import Check
from domain.bulk_grants.csv_file import Column
from domain.bulk_grants.kinds import RowState
from domain.bulk_grants.reads import BulkGrant as BulkRowOfTown
from domain.bulk_grants.reads import BulkRow
from domain.grants.propose import Proposal
from domain.locales.catalogue import message
from domain.municipalities.thresholds import Thresholds
from resolvers import bulk as resolvers
from resolvers import bulk_views as views
from schema.bulk_enums import BulkGrantState, BulkRowState
from schema.context import Context
from schema.history import PageInfo
from schema.ids import ID, Prefix, encode
from schema.parties import AFTER, FIRST, Municipality, Node, Wallet, town
from schema.receipts import Grant, receipt_of, wallet_of
from schema.results import Approval
from schema.scalars import Amount
from schema.value import Programme

ROW = "The row, as a spreadsheet numbers it: the header is row 1."
CODE = "What is wrong, for logic: DOUBLE, UNKNOWN_WALLET, AMOUNT_UNCLEAR and so on. Codes are added, never renamed."
SAYS = "The same for the person, in the language of the request, with what to do."


@strawberry.type(description="Where to send one file, once, by HTTP PUT with the same `Authorization` as this request.")
class Upload:
    """Where to send a file."""

    id: ID = strawberry.field(description="Opaque, prefixed; mutations take it as `uploadId`.")
    address: str = strawberry.field(
        description="The path and its secret, on the host of this API. It is told only now."
    )
    maximum_bytes: int = strawberry.field(description="The largest file that is taken. Bytes.")
    content_types: list[str] = strawberry.field(description="What the file may be: one of these as its `content-type`.")
    expires_at: datetime = strawberry.field(description="Until when the address waits, 15 minutes. UTC.")


@strawberry.type(description="A row of a file that cannot be granted.")
class BulkRowError:
    """A row that is wrong."""

    @strawberry.field(description=ROW)
    def row(root: Parent[views.RowError]) -> int:
        return root.row.number

    @strawberry.field(description="The column, by its name in the language of the request; null: the row as a whole.")
    def column(root: Parent[views.RowError], info: Info[Context, None]) -> str | None:
        problem = root.row.problem
        return None if problem is None else column_name(problem.column, info.context.locale)

    @strawberry.field(description=CODE)
    def code(root: Parent[views.RowError]) -> str:
        return "" if root.row.problem is None else root.row.problem.code

    @strawberry.field(description=SAYS)
    def message(root: Parent[views.RowError], info: Info[Context, None]) -> str:
        problem = root.row.problem
        return "" if problem is None else said(problem.code, problem.told, info.context.locale)


def column_name(column: Column | None, locale: str) -> str | None:
    """A column as the documentation of the file names it."""
    return None if column is None else message(f"COLUMN_{column.value}", locale)


def said(code: str, told: dict[str, int], locale: str) -> str:
    """What a row's problem says to a person."""
    return message(f"ROW_{code}", locale, **told)


@strawberry.type(description="A wrong row and its cursor.")
class BulkRowErrorEdge:
    """A wrong row and its cursor."""

    node: BulkRowError = strawberry.field(description="One row that cannot be granted.")
    cursor: str = strawberry.field(description="Pass it as `after` to go on behind it.")


@strawberry.type(description="A page of wrong rows, in the file's order.")
class BulkRowErrorConnection:
    """A page of wrong rows."""

    edges: list[BulkRowErrorEdge] = strawberry.field(description="In the file's order.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")


@strawberry.type(
    description="What a file would do now. Nothing is set aside; when it is started, all is looked at again."
)
class BulkGrantCheck:
    """What a file would do."""

    needs_approval: bool = strawberry.field(
        description="Whether another officer must approve: the total, or one row, is above the threshold."
    )
    budget_left: Amount = strawberry.field(description="What is left of the programme's budget. Whole units.")

    @strawberry.field(description="Rows after the header, without empty ones.")
    def row_count(root: Parent[Check]) -> int:
        return root.totals.rows

    @strawberry.field(description="Rows that can be granted.")
    def valid_count(root: Parent[Check]) -> int:
        return root.totals.rows - root.totals.invalid

    @strawberry.field(description="Rows that cannot.")
    def invalid_count(root: Parent[Check]) -> int:
        return root.totals.invalid

    @strawberry.field(description="The sum of the rows that can be granted. Whole units.")
    def total_amount(root: Parent[Check]) -> Amount:
        return Amount(root.totals.amount)

    @strawberry.field(description="Whether the budget is enough for them. If not, the file is refused as a whole.")
    def within_budget(root: Parent[Check]) -> bool:
        return root.totals.amount <= root.budget_left

    @strawberry.field(
        description="An earlier bulk grant of this programme with a file of the same content; null: none."
    )
    async def same_file(root: Parent[Check]) -> "BulkGrant | None":
        return await resolvers.same_file(root)  # type: ignore[return-value]

    @strawberry.field(description="The wrong rows; at most the first 10,000 are listed.")
    def row_errors(
        root: Parent[Check], first: Annotated[int, FIRST] = 20, after: Annotated[str | None, AFTER] = None
    ) -> BulkRowErrorConnection:
        return resolvers.errors_of(root, first, after)  # type: ignore[return-value]


@strawberry.type(description="A row of a bulk grant and what became of it.")
class BulkGrantRow:
    """A row and what became of it."""

    amount: Amount | None = strawberry.field(description="Whole units; null for a row whose amount cannot be read.")

    @strawberry.field(description="What an undo has taken back. Whole units.")
    def taken_back_amount(root: Parent[BulkRow]) -> Amount:
        return Amount(root.taken_back)

    @strawberry.field(description=ROW)
    def row(root: Parent[BulkRow]) -> int:
        return root.number

    @strawberry.field(description="Where it is.")
    def state(root: Parent[BulkRow]) -> BulkRowState:
        return BulkRowState[root.state.name]

    @strawberry.field(description="The wallet; null where the file names none of the town.")
    async def wallet(root: Parent[BulkRow], info: Info[Context, None]) -> Wallet | None:
        return await wallet_of(info, root.municipality, root.wallet_id)

    @strawberry.field(description=f"{CODE} Null: nothing.")
    def code(root: Parent[BulkRow]) -> str | None:
        return root.problem

    @strawberry.field(description=f"{SAYS} Null: nothing.")
    def message(root: Parent[BulkRow], info: Info[Context, None]) -> str | None:
        return None if root.problem is None else said(root.problem, root.told, info.context.locale)

    @strawberry.field(description="The receipt; null for a row that was not granted.")
    async def grant(root: Parent[BulkRow], info: Info[Context, None]) -> Grant | None:
        return None if root.journal_id is None else await receipt_of(info, root.municipality, root.journal_id)  # type: ignore[return-value]

    @strawberry.field(description="Whether an undo has come to this row.")
    def undone(root: Parent[BulkRow]) -> bool:
        return root.undone

    @strawberry.field(
        description="Why not all of it was taken back: SPENT, EXPIRED or REVERSED; null: all was, or nobody has tried."
    )
    def undo_code(root: Parent[BulkRow]) -> str | None:
        return root.undo_problem

    @strawberry.field(description="The same for the person, in the language of the request; null: nothing.")
    def undo_message(root: Parent[BulkRow], info: Info[Context, None]) -> str | None:
        return None if root.undo_problem is None else said(root.undo_problem, {}, info.context.locale)


@strawberry.type(description="A row and its cursor.")
class BulkGrantRowEdge:
    """A row and its cursor."""

    node: BulkGrantRow = strawberry.field(description="One row of the file.")
    cursor: str = strawberry.field(description="Pass it as `after` to go on behind it.")


@strawberry.type(description="A page of rows, in the file's order.")
class BulkGrantRowConnection:
    """A page of rows."""

    edges: list[BulkGrantRowEdge] = strawberry.field(description="In the file's order.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")


@strawberry.type(description="Grants by a file, row by row. 一括付与")
class BulkGrant(Node):
    """Grants by a file."""

    created_at: datetime = strawberry.field(description="When it was started. UTC.")
    ended_at: datetime | None = strawberry.field(description="When it came to its end; null until then. UTC.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are domain objects."""
        return isinstance(obj, BulkRowOfTown)

    @strawberry.field(description="Opaque, prefixed, stable.")  # type: ignore[misc] # the field of the interface
    def id(root: Parent[BulkRowOfTown]) -> ID:
        return ID(encode(Prefix.BULK_GRANT, root.municipality, root.id))

    @strawberry.field(description="Where it is.")
    def state(root: Parent[BulkRowOfTown]) -> BulkGrantState:
        return BulkGrantState[root.state.name]

    @strawberry.field(description="The programme whose value it grants.")
    async def programme(root: Parent[BulkRowOfTown], info: Info[Context, None]) -> Programme:
        return await info.context.loaders.programmes.load((root.municipality, root.programme_id))  # type: ignore[return-value]

    @strawberry.field(description="Rows of the file, without empty ones.")
    def row_count(root: Parent[BulkRowOfTown]) -> int:
        return root.rows_total

    @strawberry.field(description="Rows that were wrong in the file, and skipped.")
    def invalid_count(root: Parent[BulkRowOfTown]) -> int:
        return root.rows_invalid

    @strawberry.field(description="Rows that were granted.")
    def granted_count(root: Parent[BulkRowOfTown]) -> int:
        return root.rows_granted

    @strawberry.field(description="Rows that were refused when their turn came.")
    def refused_count(root: Parent[BulkRowOfTown]) -> int:
        return root.rows_refused

    @strawberry.field(description="Rows that were called off before their turn.")
    def cancelled_count(root: Parent[BulkRowOfTown]) -> int:
        return root.rows_cancelled

    @strawberry.field(description="Rows that wait.")
    def left_count(root: Parent[BulkRowOfTown]) -> int:
        return root.rows_left

    @strawberry.field(description="Granted rows to which an undo has come.")
    def undone_count(root: Parent[BulkRowOfTown]) -> int:
        return root.rows_undone

    @strawberry.field(description="The sum of the rows that were right in the file. Whole units.")
    def total_amount(root: Parent[BulkRowOfTown]) -> Amount:
        return Amount(root.amount_total)

    @strawberry.field(description="What was granted. Whole units.")
    def granted_amount(root: Parent[BulkRowOfTown]) -> Amount:
        return Amount(root.amount_granted)

    @strawberry.field(description="What an undo has taken back. Whole units.")
    def taken_back_amount(root: Parent[BulkRowOfTown]) -> Amount:
        return Amount(root.amount_taken_back)

    @strawberry.field(description="The second officer's word; null where none was asked for.")
    async def approval(root: Parent[BulkRowOfTown], info: Info[Context, None]) -> Approval | None:
        return await resolvers.approval_of(info, root)  # type: ignore[return-value]

    @strawberry.field(description="Its rows in the file's order, at most 100 a page.")
    async def rows(
        root: Parent[BulkRowOfTown],
        first: Annotated[int, FIRST] = 20,
        after: Annotated[str | None, AFTER] = None,
        state: Annotated[
            BulkRowState | None, strawberry.argument(description="Only rows in this state; all when absent.")
        ] = None,
        not_taken_back: Annotated[
            bool | None, strawberry.argument(description="True: only rows of which an undo could not take back all.")
        ] = None,
    ) -> BulkGrantRowConnection:
        of_state = None if state is None else RowState[state.name]
        return await resolvers.rows_of(root, first, after, of_state, not_taken_back=bool(not_taken_back))  # type: ignore[return-value]


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


@strawberry.type(description="A grant that one member of staff proposed and another approves.")
class GrantProposal:
    """A proposed grant."""

    amount: Amount = strawberry.field(description="What would be granted. Whole units.")
    proposed_at: datetime = strawberry.field(description="When. UTC.")
    approval: Approval = strawberry.field(description="Give its id to a finance officer for `approveGrant`.")

    @strawberry.field(description="The programme whose budget would pay.")
    async def programme(root: Parent[Proposal], info: Info[Context, None]) -> Programme:
        return await info.context.loaders.programmes.load((root.municipality, root.programme_id))  # type: ignore[return-value]

    @strawberry.field(description="The wallet that would get it; null for staff who may not see wallets.")
    async def wallet(root: Parent[Proposal], info: Info[Context, None]) -> Wallet | None:
        return await wallet_of(info, root.municipality, root.wallet_id)


@strawberry.type(description="Above which amounts a second officer approves.")
class GrantThresholds:
    """A town's thresholds."""

    single: Amount = strawberry.field(description="The most that one person may grant to a wallet. Whole units.")
    file: Amount = strawberry.field(description="The most that one person may grant by a file, in total. Whole units.")

    @strawberry.field(description="The town.")
    async def municipality(root: Parent[Thresholds], info: Info[Context, None]) -> Municipality:
        return await town(info, root.municipality)  # type: ignore[return-value]
