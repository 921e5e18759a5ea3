"""The dry run of a file: counts, sums, wrong rows, and rows that would give a wallet again what it got."""

from datetime import datetime

import strawberry

from domain.bulk_grants import reads
from domain.bulk_grants.check import Check
from domain.bulk_grants.repeated import Repeated, Repetition
from domain.ledger.request import effective_on
from domain.locales.catalogue import message
from schema.bulk_grants.rows import ROW, BulkRowErrorConnection, error_edge, row_number
from schema.bulk_grants.types import BulkGrant
from schema.core.context import MeguruInfo
from schema.core.page import After, First, PageInfo, check_count, page_of
from schema.core.scalars import Amount
from schema.grants.types import Grant
from schema.ledger.receipts import receipt_of
from schema.residents.types import Wallet, wallet_of


@strawberry.type(
    description=(
        "A row that may be a duplicate: this programme gave the wallet the same amount, or is about to give it by"
        " another file. Grants that were taken back as a whole do not count."
    )
)
class BulkGrantDuplicate:
    """A row, and the newest of the earlier grants that it repeats."""

    municipality: strawberry.Private[int]
    repeated: strawberry.Private[Repeated]

    @strawberry.field(description=ROW)
    def row(self) -> int:
        return self.repeated.number

    @strawberry.field(description="What the row gives, and what was given. Whole units.")
    def amount(self) -> Amount:
        return Amount(self.repeated.amount)

    @strawberry.field(description="The wallet; null for staff who may not see wallets.")
    async def wallet(self, info: MeguruInfo) -> Wallet | None:
        return await wallet_of(info, self.municipality, self.repeated.wallet)

    @strawberry.field(description="How many earlier grants of this amount there are; 1 or more.")
    def earlier_count(self) -> int:
        return self.repeated.count

    @strawberry.field(description="Time of the newest of them, or of the start of its file if it waits, in UTC.")
    def earlier_at(self) -> datetime:
        return self.repeated.at

    @strawberry.field(description="The receipt of the newest of them; null if it waits in another file.")
    async def earlier_grant(self, info: MeguruInfo) -> Grant | None:
        if self.repeated.journal is None:
            return None
        receipt = await receipt_of(info, self.municipality, self.repeated.journal)
        return receipt if isinstance(receipt, Grant) else None

    @strawberry.field(description="The other file in which the newest of them waits; null if it was granted.")
    async def earlier_bulk_grant(self, info: MeguruInfo) -> BulkGrant | None:
        if self.repeated.bulk_grant is None:
            return None
        row = await info.context.load(reads.by_keys, (self.municipality, self.repeated.bulk_grant))
        return None if row is None else BulkGrant(bulk_grant=row)

    @strawberry.field(description="What of the newest of them was taken back by an undo or a reversal. Whole units.")
    def taken_back_amount(self) -> Amount:
        return Amount(self.repeated.taken_back)

    @strawberry.field(description="The same for the officer, in the language of the request.")
    def message(self, info: MeguruInfo) -> str:
        code = "ROW_GRANTED_BEFORE" if self.repeated.journal is not None else "ROW_WAITS_ELSEWHERE"
        day = effective_on(self.repeated.at)
        return message(code, info.context.locale, day=day, amount=self.repeated.amount)


@strawberry.type(description="A row that may be a duplicate, and its cursor.")
class BulkGrantDuplicateEdge:
    """A row and its cursor."""

    node: BulkGrantDuplicate = strawberry.field(description="One row that may be a duplicate.")
    cursor: str = strawberry.field(description="Pass it as `after` to go on behind it.")


@strawberry.type(description="A page of rows that may be duplicates, in the file's order.")
class BulkGrantDuplicateConnection:
    """A page of rows that may be duplicates."""

    edges: list[BulkGrantDuplicateEdge] = strawberry.field(description="In the file's order.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")
    total_count: int = strawberry.field(description="How many rows of the file may be duplicates.")
    total_amount: Amount = strawberry.field(description="The sum of all these rows. Whole units.")
    token: str | None = strawberry.field(
        description="Stands for exactly these rows and the grants that they repeat; null where there are none."
    )


def duplicates_of(repetition: Repetition, first: int, after: str | None) -> BulkGrantDuplicateConnection:
    """A page of the rows that repeat grants, with the token of all of them."""
    check_count(first)
    behind = row_number(after)
    rows = [row for row in repetition.rows if row.number > behind][: first + 1]
    town = repetition.municipality

    def edge(row: Repeated) -> BulkGrantDuplicateEdge:
        return BulkGrantDuplicateEdge(node=BulkGrantDuplicate(municipality=town, repeated=row), cursor=str(row.number))

    edges, page_info = page_of(rows, first, after, edge)
    return BulkGrantDuplicateConnection(
        edges=edges,
        page_info=page_info,
        total_count=len(repetition.rows),
        total_amount=Amount(repetition.amount),
        token=repetition.token,
    )


@strawberry.type(
    description="What a file would do now. Nothing is set aside; everything is checked again at the start."
)
class BulkGrantCheck:
    """What a file would do."""

    check: strawberry.Private[Check]

    @strawberry.field(description="Rows after the header, without empty ones.")
    def row_count(self) -> int:
        return self.check.totals.rows

    @strawberry.field(description="Rows that can be granted.")
    def valid_count(self) -> int:
        return self.check.totals.rows - self.check.totals.invalid

    @strawberry.field(description="Rows that cannot be granted.")
    def invalid_count(self) -> int:
        return self.check.totals.invalid

    @strawberry.field(description="The sum of the rows that can be granted. Whole units.")
    def total_amount(self) -> Amount:
        return Amount(self.check.totals.amount)

    @strawberry.field(description="What is left of the programme's budget. Whole units.")
    def budget_left(self) -> Amount:
        return Amount(self.check.budget_left)

    @strawberry.field(description="Whether the budget covers them. If not, the file is refused as a whole.")
    def within_budget(self) -> bool:
        return self.check.totals.amount <= self.check.budget_left

    @strawberry.field(
        description=(
            "Whether another officer must approve: with what was granted on the same day, and with files that still"
            " run, a wallet would be above `single`, or the viewer's grants above `file`, of `grantThresholds`."
        )
    )
    def needs_approval(self) -> bool:
        return self.check.needs_approval

    @strawberry.field(
        description="An earlier bulk grant of this programme with a file of the same bytes; null: none.",
        deprecation_reason="From 2026-12: `duplicates` lists what is granted again, whatever the file looks like.",
    )
    async def same_file(self, info: MeguruInfo) -> BulkGrant | None:
        if self.check.same_content is None:
            return None
        row = await info.context.load(reads.by_keys, (self.check.municipality, self.check.same_content))
        return None if row is None else BulkGrant(bulk_grant=row)

    @strawberry.field(description="The wrong rows; at most the first 10,000 are listed.")
    def row_errors(self, first: First = 20, after: After = None) -> BulkRowErrorConnection:
        check_count(first)
        behind = row_number(after)
        rows = [row for row in self.check.errors if row.number > behind][: first + 1]
        edges, page_info = page_of(rows, first, after, error_edge)
        return BulkRowErrorConnection(edges=edges, page_info=page_info)

    @strawberry.field(
        description=(
            "Rows by which a wallet would get again what this programme gave it, or is about to give it by another"
            " file. `startBulkGrant` asks for a confirmation of exactly these."
        )
    )
    def duplicates(self, first: First = 20, after: After = None) -> BulkGrantDuplicateConnection:
        return duplicates_of(self.check.repetition, first, after)
