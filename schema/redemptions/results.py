"""What redemptions and their rollbacks answer."""

import strawberry

from schema.core.refusals import Payload, ReplayablePayload
from schema.ledger.balances import BalanceAfter
from schema.redemptions.types import Redemption, RedemptionQuote, RedemptionRollback

MOVED = "The wallet's balances that moved; none for a coupon."


@strawberry.type(description="What `redeem` answers.")
class RedeemPayload(ReplayablePayload):
    """A settled redemption."""

    redemption: Redemption | None = strawberry.field(default=None, description="The redemption.")
    balances: list[BalanceAfter] | None = strawberry.field(default=None, description=MOVED)


@strawberry.type(description="What `quoteRedemption` answers: as `redeem` would.")
class QuoteRedemptionPayload(Payload):
    """What `redeem` would do now."""

    quote: RedemptionQuote | None = strawberry.field(default=None, description="The redemption that would be made.")


@strawberry.type(description="What `rollbackRedemption` answers.")
class RollbackRedemptionPayload(ReplayablePayload):
    """A redemption that was rolled back."""

    rollback: RedemptionRollback | None = strawberry.field(default=None, description="The rollback.")
    balances: list[BalanceAfter] | None = strawberry.field(default=None, description=MOVED)
