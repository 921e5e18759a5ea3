"""The ledger of a municipality against itself: drift and the trial balance, for its staff."""

from datetime import datetime

import strawberry

from domain.ledger import audit
from domain.programmes import reads as programmes
from schema.assets.types import Asset, asset_of
from schema.core.context import MeguruInfo
from schema.core.scalars import SignedAmount
from schema.ledger.enums import BudgetSource


@strawberry.type(description="One stored figure that differs from what the entries say.")
class Drift:
    """One figure that differs."""

    drift: strawberry.Private[audit.Drift]

    @strawberry.field(description="Which check found it.")
    def check(self) -> str:
        return self.drift.check

    @strawberry.field(description="The row's internal number.")
    def subject(self) -> str:
        return self.drift.subject

    @strawberry.field(description="What is stored. Whole units, or a count.")
    def stored(self) -> SignedAmount:
        return SignedAmount(self.drift.stored)

    @strawberry.field(description="What the entries say. Whole units, or a count.")
    def expected(self) -> SignedAmount:
        return SignedAmount(self.drift.expected)


@strawberry.type(description="The ledger of a municipality against itself. No difference is the only good answer.")
class DriftReport:
    """The ledger against itself."""

    differences: list[Drift] = strawberry.field(description="Every difference, at most 100 a check.")


@strawberry.type(description="The sum of all accounts of one kind and asset.")
class TrialLine:
    """The sum of all accounts of one kind and asset."""

    line: strawberry.Private[audit.TrialLine]

    @strawberry.field(description="The kind of account: WALLET, PAYABLE, ISSUANCE, BUDGET, BREAKAGE, FEE, CASH, DEBT.")
    def account_kind(self) -> str:
        return self.line.kind.name

    @strawberry.field(description="The asset.")
    async def asset(self, info: MeguruInfo) -> Asset:
        return await asset_of(info, self.line.asset)

    @strawberry.field(description="The sum. Whole units.")
    def posted(self) -> SignedAmount:
        return SignedAmount(self.line.posted)


@strawberry.type(description="The value of one asset from programmes that one source pays for. 財源別")
class SourceLine:
    """The value of one asset and source."""

    line: strawberry.Private[programmes.SourceLine]

    @strawberry.field(description="Who pays; null: programmes that do not state it.")
    def funding_source(self) -> BudgetSource | None:
        return self.line.source

    @strawberry.field(description="The asset.")
    async def asset(self, info: MeguruInfo) -> Asset:
        return await asset_of(info, self.line.asset)

    @strawberry.field(description="What is left of the budgets. Whole units.")
    def budget_left(self) -> SignedAmount:
        return SignedAmount(self.line.budget_left)

    @strawberry.field(description="What was given and is in wallets, not spent and not expired. Whole units.")
    def in_wallets(self) -> SignedAmount:
        return SignedAmount(self.line.in_wallets)


@strawberry.type(description="All value of a municipality at an instant. 試算表")
class TrialBalance:
    """All value of a municipality at an instant."""

    trial: strawberry.Private[audit.TrialBalance]

    @strawberry.field(description="By asset and kind of account.")
    def lines(self) -> list[TrialLine]:
        return [TrialLine(line=line) for line in self.trial.lines]

    @strawberry.field(description="The value of programmes, by who pays for it and by asset. 財源別")
    async def by_source(self) -> list[SourceLine]:
        return [SourceLine(line=line) for line in await programmes.by_source(self.trial.municipality, self.trial.at)]

    @strawberry.field(description="Whether every asset sums to zero.")
    def balanced(self) -> bool:
        return self.trial.balanced

    @strawberry.field(description="The instant, in UTC.")
    def as_of_at(self) -> datetime:
        return self.trial.at
