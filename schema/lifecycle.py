"""The life of value after it was issued: top-ups that are cancelled, and reminders of its end."""

from datetime import date, datetime
from typing import Annotated

import strawberry
from strawberry import Parent
from strawberry.types import Info

from domain.charging.receipts import OfCharge
from domain.expiry.receipts import Reminder
from domain.ledger.kinds import JournalKind
from domain.ledger.receipt import NO_RECEIPT
from domain.ledger.receipt import Receipt as KeptReceipt
from domain.ledger.request import EventRow
from resolvers import lifecycle_views as views
from resolvers.views import Charge as ChargeView
from schema import errors
from schema.context import Context
from schema.enums import CancelReason
from schema.events import Event, Movements, event_id, is_kind, occurred_at
from schema.ids import ID
from schema.parties import Asset, Municipality, Store, asset
from schema.receipts import Allocation, BalanceAfter, Charge, Receipt, receipt_of, store_of
from schema.results import LEDGER, REPLAYED
from schema.scalars import Amount


@strawberry.type(description="The counter that took the cash cancelled a top-up, in part or whole. チャージ取消")
class ChargeCancellation(Receipt):
    """A top-up that its counter cancelled."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter: 9 letters and digits, the last a check.")
    amount: Amount = strawberry.field(
        description="What left the wallet, and is handed back in cash: what was unspent. Whole units."
    )
    allocations: list[Allocation] = strawberry.field(description="The lot that it left.")
    bonuses: list[Allocation] = strawberry.field(
        description="What campaigns got back, since the rest of the top-up would not have earned it."
    )
    store: Store | None = strawberry.field(
        resolver=store_of, description="The agent's shop that hands back the cash; null: the municipal desk."
    )
    cancelled_at: datetime = strawberry.field(description="When. UTC.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, views.ChargeCancellation)

    @strawberry.field(description="Why.")
    def cancel_reason(root: Parent[views.ChargeCancellation]) -> CancelReason:
        return CancelReason(root.journal.reason)

    @strawberry.field(description="The top-up.")
    async def charge(root: Parent[views.ChargeCancellation], info: Info[Context, None]) -> Charge:
        found = await info.context.loaders.journals.load(
            (root.journal.municipality, root.journal.receipt.section(OfCharge).id)
        )
        return None if found is None else ChargeView(found)  # type: ignore[return-value]


async def event_cancellation(root: Parent[EventRow], info: Info[Context, None]) -> ChargeCancellation:
    """The cancellation of an event."""
    return await receipt_of(info, root.municipality, root.journal_id)  # type: ignore[return-value]


@strawberry.type(description="The counter cancelled a top-up.")
class ChargeCancelled(Movements):
    """The counter cancelled a top-up."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    cancellation: ChargeCancellation = strawberry.field(
        resolver=event_cancellation, description="The receipt of what was taken back."
    )
    is_type_of = is_kind(JournalKind.CHARGE_CANCEL)


async def receipt_of_reminder(info: Info[Context, None], root: EventRow) -> KeptReceipt:
    """What the journal of a reminder keeps."""
    found = await info.context.loaders.journals.load((root.municipality, root.journal_id))
    return NO_RECEIPT if found is None else found.receipt


async def reminder_of(info: Info[Context, None], root: EventRow) -> Reminder:
    """What the wallet was told."""
    return (await receipt_of_reminder(info, root)).section(Reminder)


@strawberry.type(
    description="Value in the wallet ends soon. Told once 30, 7 and 1 day before its last day; nothing moved. 失効予告"
)
class ValueExpiring(Event):
    """Value in the wallet ends soon."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When it was told. UTC.")
    is_type_of = is_kind(JournalKind.EXPIRY_REMINDER)

    @strawberry.field(description="What ends.")
    async def asset(root: Parent[EventRow], info: Info[Context, None]) -> Asset:
        return await asset(info, (await reminder_of(info, root)).asset)  # type: ignore[return-value]

    @strawberry.field(description="How much the wallet had of it when it was told. Whole units.")
    async def expiring_amount(root: Parent[EventRow], info: Info[Context, None]) -> Amount:
        return Amount((await receipt_of_reminder(info, root)).amount)

    @strawberry.field(description="The last day on which it may be spent. Civil date in Asia/Tokyo.")
    async def expires_on(root: Parent[EventRow], info: Info[Context, None]) -> date:
        return (await reminder_of(info, root)).expires_on

    @strawberry.field(description="Days from when it was told to its last day; 0: that day. Counted in Asia/Tokyo.")
    async def days_left(root: Parent[EventRow], info: Info[Context, None]) -> int:
        return (await reminder_of(info, root)).days_left


@strawberry.type(
    description="A settled cancellation. Hand back `cancellation.amount` in cash, which may be less than the top-up."
)
class CancelChargeSuccess:
    """A settled cancellation."""

    cancellation: ChargeCancellation = strawberry.field(description="The receipt; its amount is what is handed back.")
    charge: Charge = strawberry.field(description="The top-up.")
    balances: list[BalanceAfter] = strawberry.field(description="The wallet's balances that moved.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.CancelChargeSuccess)


@strawberry.type(description="How long counters may cancel, from now on.")
class SetChargeCancellationSuccess:
    """How long counters may cancel."""

    municipality: Municipality = strawberry.field(description="The town.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.SetChargeCancellationSuccess)


CancelChargeResult = Annotated[
    CancelChargeSuccess
    | errors.CancelTooLateError
    | errors.UnknownJournalError
    | errors.AlreadyReversedError
    | errors.ReversalImpossibleError
    | errors.WalletFrozenError
    | errors.NotPermittedError
    | LEDGER,
    strawberry.union("CancelChargeResult", description="What `cancelCharge` answers."),
]
SetChargeCancellationResult = Annotated[
    SetChargeCancellationSuccess | errors.InvalidInputError | errors.NotPermittedError,
    strawberry.union("SetChargeCancellationResult", description="What `setChargeCancellation` answers."),
]

TYPES = (ChargeCancellation, ChargeCancelled, ValueExpiring)
"""For `Schema(types=...)`: reached through interfaces only."""
