"""What mutations and quotes of conversions answer."""

import strawberry

from schema.approvals.results import WAITS
from schema.approvals.types import Approval
from schema.conversions.types import Conversion, ConversionQuote, ConversionRate
from schema.core.refusals import Payload, ReplayablePayload
from schema.ledger.balances import BalanceAfter


@strawberry.type(description="What `convert` answers.")
class ConvertPayload(ReplayablePayload):
    """A settled conversion."""

    conversion: Conversion | None = strawberry.field(default=None, description="The receipt of both sides.")
    balances: list[BalanceAfter] | None = strawberry.field(
        default=None, description="The wallet's two balances that moved, right after the conversion."
    )


@strawberry.type(description="What `quoteConversion` answers: as `convert` would.")
class QuoteConversionPayload(Payload):
    """What `convert` would do now."""

    quote: ConversionQuote | None = strawberry.field(default=None, description="The conversion that would be made.")


@strawberry.type(description="What `setConversionRate` answers.")
class SetConversionRatePayload(Payload):
    """A new rate."""

    rate: ConversionRate | None = strawberry.field(
        default=None, description="The rate, in force from its `startsAt` on."
    )
    approval: Approval | None = strawberry.field(default=None, description=WAITS)
