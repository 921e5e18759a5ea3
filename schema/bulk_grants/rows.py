"""Rows of files: what is wrong with them before, and what became of them after."""

import strawberry

from domain.bulk_grants.csv_file import Column, Row
from domain.bulk_grants.reads import BulkRow
from domain.locales.catalogue import message
from schema.bulk_grants.enums import RowState
from schema.core.context import MeguruInfo
from schema.core.errors import BadCursorError
from schema.core.page import PageInfo
from schema.core.scalars import Amount, amount_or_none
from schema.grants.types import Grant
from schema.ledger.receipts import receipt_of
from schema.residents.types import Wallet, wallet_of

ROW = "The row, numbered as in a spreadsheet: the header is row 1."
CODE = "What is wrong, for logic: DOUBLE, UNKNOWN_WALLET, AMOUNT_UNCLEAR and so on. Codes are added, never renamed."
MESSAGE = "The same for the person, in the language of the request, with what to do."
CURSOR_LIMIT = 9
"""Digits of a row number."""


def column_name(column: Column | None, locale: str) -> str | None:
    """A column as the documentation of the file names it."""
    return None if column is None else message(f"COLUMN_{column.value}", locale)


def problem_message(code: str, figures: dict[str, int], locale: str) -> str:
    """A row's problem in words for a person."""
    return message(f"ROW_{code}", locale, **figures)


def row_number(cursor: str | None) -> int:
    """The row in a cursor, after which a page begins; 0 without a cursor."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= CURSOR_LIMIT):
        raise BadCursorError
    return int(cursor)


@strawberry.type(description="A row of a file that cannot be granted.")
class BulkRowError:
    """A row that is wrong, as it stands in the file."""

    file_row: strawberry.Private[Row]

    @strawberry.field(description=ROW)
    def row(self) -> int:
        return self.file_row.number

    @strawberry.field(description="The column, by its name in the language of the request; null: the row as a whole.")
    def column(self, info: MeguruInfo) -> str | None:
        problem = self.file_row.problem
        return None if problem is None else column_name(problem.column, info.context.locale)

    @strawberry.field(description=CODE)
    def code(self) -> str:
        return "" if self.file_row.problem is None else self.file_row.problem.code

    @strawberry.field(description=MESSAGE)
    def message(self, info: MeguruInfo) -> str:
        problem = self.file_row.problem
        return "" if problem is None else problem_message(problem.code, problem.figures, info.context.locale)


@strawberry.type(description="A wrong row and its cursor.")
class BulkRowErrorEdge:
    """A wrong row and its cursor."""

    node: BulkRowError = strawberry.field(description="One row that cannot be granted.")
    cursor: str = strawberry.field(description="Pass it as `after` to go on behind it.")


def error_edge(row: Row) -> BulkRowErrorEdge:
    """The edge of a wrong row; its cursor is the row's number."""
    return BulkRowErrorEdge(node=BulkRowError(file_row=row), cursor=str(row.number))


@strawberry.type(description="A page of wrong rows, in the file's order.")
class BulkRowErrorConnection:
    """A page of wrong rows."""

    edges: list[BulkRowErrorEdge] = strawberry.field(description="In the file's order.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")


@strawberry.type(description="A row of a bulk grant and what became of it.")
class BulkGrantRow:
    """A row and what became of it."""

    bulk_row: strawberry.Private[BulkRow]

    @strawberry.field(description=ROW)
    def row(self) -> int:
        return self.bulk_row.number

    @strawberry.field(description="Whole units; null for a row whose amount cannot be read.")
    def amount(self) -> Amount | None:
        return amount_or_none(self.bulk_row.amount)

    @strawberry.field(description="Its state.")
    def state(self) -> RowState:
        return self.bulk_row.state

    @strawberry.field(description="The wallet; null where the file names none of the municipality.")
    async def wallet(self, info: MeguruInfo) -> Wallet | None:
        return await wallet_of(info, self.bulk_row.municipality, self.bulk_row.wallet_id)

    @strawberry.field(description=f"{CODE} Null: nothing.")
    def code(self) -> str | None:
        return self.bulk_row.problem

    @strawberry.field(description=f"{MESSAGE} Null: nothing.")
    def message(self, info: MeguruInfo) -> str | None:
        problem = self.bulk_row.problem
        return None if problem is None else problem_message(problem, self.bulk_row.figures, info.context.locale)

    @strawberry.field(description="The receipt; null for a row that was not granted.")
    async def grant(self, info: MeguruInfo) -> Grant | None:
        if self.bulk_row.journal_id is None:
            return None
        receipt = await receipt_of(info, self.bulk_row.municipality, self.bulk_row.journal_id)
        return receipt if isinstance(receipt, Grant) else None

    @strawberry.field(description="Whether an undo has reached this row.")
    def undone(self) -> bool:
        return self.bulk_row.undone

    @strawberry.field(description="What an undo has taken back. Whole units.")
    def taken_back_amount(self) -> Amount:
        return Amount(self.bulk_row.taken_back)

    @strawberry.field(
        description=(
            "Why not all of it was taken back: SPENT, EXPIRED or REVERSED; null: all was, or no undo has reached it."
        )
    )
    def undo_code(self) -> str | None:
        return self.bulk_row.undo_problem

    @strawberry.field(description="The same for the person, in the language of the request; null: nothing.")
    def undo_message(self, info: MeguruInfo) -> str | None:
        problem = self.bulk_row.undo_problem
        return None if problem is None else problem_message(problem, {}, info.context.locale)


@strawberry.type(description="A row and its cursor.")
class BulkGrantRowEdge:
    """A row and its cursor."""

    node: BulkGrantRow = strawberry.field(description="One row of the file.")
    cursor: str = strawberry.field(description="Pass it as `after` to go on behind it.")


def row_edge(row: BulkRow) -> BulkGrantRowEdge:
    """The edge of a row; its cursor is the row's number."""
    return BulkGrantRowEdge(node=BulkGrantRow(bulk_row=row), cursor=str(row.number))


@strawberry.type(description="A page of rows, in the file's order.")
class BulkGrantRowConnection:
    """A page of rows."""

    edges: list[BulkGrantRowEdge] = strawberry.field(description="In the file's order.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")
