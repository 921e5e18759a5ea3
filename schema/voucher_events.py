"""Events of vouchers: members of a wallet's and a shop's stream."""

from datetime import datetime

import strawberry
from strawberry import Parent
from strawberry.types import Info

from domain.ledger.kinds import JournalKind
from domain.ledger.request import EventRow
from schema.context import Context
from schema.events import Movements, event_id, is_kind, occurred_at
from schema.ids import ID
from schema.receipts import receipt_of
from schema.vouchers import GiftActivation as GiftActivationReceipt
from schema.vouchers import VoucherPurchase


async def event_purchase(root: Parent[EventRow], info: Info[Context, None]) -> VoucherPurchase:
    """The purchase of an event."""
    return await receipt_of(info, root.municipality, root.journal_id)  # type: ignore[return-value]


async def event_activation(root: Parent[EventRow], info: Info[Context, None]) -> GiftActivationReceipt:
    """The activation of an event."""
    return await receipt_of(info, root.municipality, root.journal_id)  # type: ignore[return-value]


@strawberry.type(description="Units of a voucher product were bought.")
class VoucherPurchased(Movements):
    """Units of a voucher product were bought."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    purchase: VoucherPurchase = strawberry.field(resolver=event_purchase, description="The receipt of the purchase.")
    is_type_of = is_kind(JournalKind.VOUCHER_PURCHASE)


@strawberry.type(description="A gift's vouchers came into the wallet.")
class GiftActivated(Movements):
    """A gift's vouchers came into the wallet."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    activation: GiftActivationReceipt = strawberry.field(
        resolver=event_activation, description="The receipt of what came in."
    )
    is_type_of = is_kind(JournalKind.GIFT_ACTIVATION)


EVENTS = (VoucherPurchased, GiftActivated)
"""For `Schema(types=...)`: reached through the interface only."""
