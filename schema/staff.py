"""What municipal staff read."""

from datetime import datetime

import strawberry
from strawberry import Parent
from strawberry.types import Info

from domain.ledger.audit import TrialBalance as TrialRow
from domain.ledger.audit import TrialLine as TrialLineRow
from schema.context import Context
from schema.parties import Asset, asset
from schema.scalars import SignedAmount


@strawberry.type(description="A scheduled job and how its last run went.")
class Job:
    """A scheduled job."""

    name: str = strawberry.field(description="Its name.")
    last_started_at: datetime | None = strawberry.field(description="When it last began. UTC; null: never.")
    last_finished_at: datetime | None = strawberry.field(description="When it last came to its end. UTC; null: never.")
    next_run_at: datetime = strawberry.field(description="When it runs next. UTC.")
    rows_last: int = strawberry.field(description="How many rows its last run changed.")
    last_error: str | None = strawberry.field(description="What went wrong in its last run; null: nothing.")


@strawberry.type(description="One stored figure that differs from what the entries say.")
class Drift:
    """One figure that differs."""

    check: str = strawberry.field(description="Which check found it.")
    subject: str = strawberry.field(description="The row's internal number.")
    stored: SignedAmount = strawberry.field(description="What is stored. Whole units, or a count.")
    expected: SignedAmount = strawberry.field(description="What the entries say. Whole units, or a count.")


@strawberry.type(description="The ledger of a town against itself. No difference is the only good answer.")
class DriftReport:
    """The ledger against itself."""

    differences: list[Drift] = strawberry.field(description="Every difference, at most 100 a check.")


@strawberry.type(description="The sum of all accounts of one kind and asset.")
class TrialLine:
    """The sum of all accounts of one kind and asset."""

    posted: SignedAmount = strawberry.field(description="Whole units.")

    @strawberry.field(description="The kind of account: WALLET, PAYABLE, ISSUANCE, BUDGET, BREAKAGE, FEE, CASH, DEBT.")
    def account_kind(root: Parent[TrialLineRow]) -> str:
        return root.kind.name

    @strawberry.field(description="The asset.")
    async def asset(root: Parent[TrialLineRow], info: Info[Context, None]) -> Asset:
        return await asset(info, root.asset)  # type: ignore[return-value]


@strawberry.type(description="All value of a town at an instant. 試算表")
class TrialBalance:
    """All value of a town at an instant."""

    lines: list[TrialLine] = strawberry.field(description="By asset and kind of account.")
    balanced: bool = strawberry.field(description="Whether every asset sums to zero.")

    @strawberry.field(description="The instant. UTC.")
    def as_of_at(root: Parent[TrialRow]) -> datetime:
        return root.at
