"""Events of vouchers."""

import strawberry

from domain.ledger.kinds import JournalKind
from schema.core.context import MeguruInfo
from schema.events.types import Event, event_of_kind
from schema.vouchers.receipts import GiftActivation, VoucherPurchase


@event_of_kind(JournalKind.VOUCHER_PURCHASE)
@strawberry.type(description="Units of a voucher product were bought.")
class VoucherPurchased(Event):
    """Units of a voucher product were bought."""

    @strawberry.field(description="The receipt of the purchase.")
    async def purchase(self, info: MeguruInfo) -> VoucherPurchase:
        return await self.receipt(info, VoucherPurchase)


@event_of_kind(JournalKind.GIFT_ACTIVATION)
@strawberry.type(description="A gift's vouchers came into the wallet.")
class GiftActivated(Event):
    """A gift's vouchers came into the wallet."""

    @strawberry.field(description="The receipt of what came in.")
    async def activation(self, info: MeguruInfo) -> GiftActivation:
        return await self.receipt(info, GiftActivation)
