"""What mutations and quotes of charges answer."""

import strawberry

from schema.charging.types import Charge, ChargeCancellation, ChargeQuote
from schema.core.refusals import Payload, ReplayablePayload
from schema.ledger.balances import BalanceAfter


@strawberry.type(description="What `charge` answers.")
class ChargePayload(ReplayablePayload):
    """A settled charge."""

    charge: Charge | None = strawberry.field(default=None, description="The charge.")
    balances: list[BalanceAfter] | None = strawberry.field(
        default=None, description="The wallet's balances that moved, right after the charge; null for a charge agent."
    )


@strawberry.type(description="What `quoteCharge` answers.")
class QuoteChargePayload(Payload):
    """What `charge` would do now."""

    quote: ChargeQuote | None = strawberry.field(default=None, description="The charge that would be made.")


@strawberry.type(
    description=(
        "What `cancelCharge` answers. Hand back `cancellation.amount` in cash, which may be less than the charge."
    )
)
class CancelChargePayload(ReplayablePayload):
    """A settled cancellation."""

    cancellation: ChargeCancellation | None = strawberry.field(
        default=None, description="The receipt; its amount is what is handed back."
    )
    charge: Charge | None = strawberry.field(default=None, description="The charge.")
    balances: list[BalanceAfter] | None = strawberry.field(
        default=None,
        description="The wallet's balances that moved, right after the cancellation; null for a charge agent.",
    )
