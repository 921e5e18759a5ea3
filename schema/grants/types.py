"""Grants: their receipts, their proposals, and the thresholds above which another officer approves."""

from datetime import datetime

import strawberry

from domain.grants.propose import Proposal
from domain.ledger.kinds import JournalKind
from domain.municipalities.thresholds import Thresholds
from domain.programmes.receipts import OfProgramme
from schema.approvals.types import Approval
from schema.core.context import MeguruInfo
from schema.core.scalars import Amount
from schema.ledger.receipts import Allocation, Receipt, allocations_of, receipt_of_kind
from schema.municipalities.types import Municipality, municipality_of
from schema.programmes.types import Programme, programme_of
from schema.residents.types import Wallet, wallet_of


@receipt_of_kind(JournalKind.GRANT)
@strawberry.type(description="Value that a programme gave to a wallet. 付与")
class Grant(Receipt):
    """Value that a programme gave."""

    amount = strawberry.field(resolver=Receipt.amount, description="What was granted. Whole units.")

    @strawberry.field(description="The lot that it went into.")
    def allocations(self) -> list[Allocation]:
        return allocations_of(self.journal.receipt.lots)

    @strawberry.field(description="Time of the grant, in UTC.")
    def granted_at(self) -> datetime:
        return self.journal.recorded_at

    @strawberry.field(description="The programme that gave it.")
    async def programme(self, info: MeguruInfo) -> Programme:
        return await programme_of(info, self.journal.municipality, self.journal.receipt.section(OfProgramme).id)


@strawberry.type(description="A grant that one member of staff proposed and another approves.")
class GrantProposal:
    """A proposed grant."""

    proposal: strawberry.Private[Proposal]

    @strawberry.field(description="What would be granted. Whole units.")
    def amount(self) -> Amount:
        return Amount(self.proposal.amount)

    @strawberry.field(description="Time of the proposal, in UTC.")
    def proposed_at(self) -> datetime:
        return self.proposal.proposed_at

    @strawberry.field(description="Its approval; give the id to a finance officer for `approveGrant`.")
    def approval(self) -> Approval:
        return Approval(approval=self.proposal.approval)

    @strawberry.field(description="The programme whose budget would pay.")
    async def programme(self, info: MeguruInfo) -> Programme:
        return await programme_of(info, self.proposal.municipality, self.proposal.programme_id)

    @strawberry.field(description="The wallet that would get it; null for staff who may not see wallets.")
    async def wallet(self, info: MeguruInfo) -> Wallet | None:
        return await wallet_of(info, self.proposal.municipality, self.proposal.wallet_id)


@strawberry.type(description="Amounts above which another officer must approve.")
class GrantThresholds:
    """The thresholds of a municipality."""

    thresholds: strawberry.Private[Thresholds]

    @strawberry.field(description="The most that people may grant alone to a wallet in a civil day. Whole units.")
    def single(self) -> Amount:
        return Amount(self.thresholds.single)

    @strawberry.field(description="The most that one person may grant alone in a civil day. Whole units.")
    def file(self) -> Amount:
        return Amount(self.thresholds.file)

    @strawberry.field(description="The most that one officer may put into budgets alone in a civil day. Whole units.")
    def budget(self) -> Amount:
        return Amount(self.thresholds.budget)

    @strawberry.field(description="The municipality.")
    async def municipality(self, info: MeguruInfo) -> Municipality:
        return await municipality_of(info, self.thresholds.municipality)
