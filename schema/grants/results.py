"""What mutations of grants answer."""

import strawberry

from schema.approvals.results import WAITS
from schema.approvals.types import Approval
from schema.core.refusals import Payload, ReplayablePayload
from schema.grants.types import Grant, GrantProposal, GrantThresholds
from schema.ledger.balances import BalanceAfter


@strawberry.type(description="What `grantValue` answers.")
class GrantValuePayload(ReplayablePayload):
    """A settled grant."""

    grant: Grant | None = strawberry.field(default=None, description="The receipt of the grant.")
    balances: list[BalanceAfter] | None = strawberry.field(
        default=None, description="The wallet's balances that changed, right after this grant."
    )


@strawberry.type(description="What `proposeGrant` answers.")
class ProposeGrantPayload(ReplayablePayload):
    """A proposal that waits for another officer."""

    proposal: GrantProposal | None = strawberry.field(
        default=None, description="The proposal; give the id of its approval to a finance officer."
    )


@strawberry.type(description="What `approveGrant` answers.")
class ApproveGrantPayload(ReplayablePayload):
    """A settled grant of two people."""

    grant: Grant | None = strawberry.field(default=None, description="The receipt of the grant.")
    balances: list[BalanceAfter] | None = strawberry.field(
        default=None, description="The wallet's balances that changed, right after this grant."
    )


@strawberry.type(description="What `setGrantThresholds` answers.")
class SetGrantThresholdsPayload(Payload):
    """New thresholds; they count from the next grant on."""

    thresholds: GrantThresholds | None = strawberry.field(
        default=None, description="The new thresholds; they count from the next grant on."
    )
    approval: Approval | None = strawberry.field(default=None, description=WAITS)
