"""The life of value after it was issued: top-ups that are cancelled."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import Parent
from strawberry.types import Info

from domain.ledger.kinds import JournalKind
from domain.ledger.reads import journal_by_id
from domain.ledger.request import EventRow
from resolvers import lifecycle_views as views
from resolvers.views import Charge as ChargeView
from schema import errors
from schema.context import Context
from schema.enums import CancelReason
from schema.events import Movements, event_id, is_of, occurred_at
from schema.ids import ID
from schema.parties import Municipality, Store
from schema.receipts import Allocation, BalanceAfter, Charge, Receipt, receipt_of, store_of
from schema.results import LEDGER, REPLAYED
from schema.scalars import Amount


@strawberry.type(description="The counter that took the cash cancelled a top-up, in part or whole. チャージ取消")
class ChargeCancellation(Receipt):
    """A top-up that its counter cancelled."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter: 9 letters and digits, the last a check.")
    amount: Amount = strawberry.field(description="What left the wallet, and is handed back in cash: what was unspent. Whole units.")
    allocations: list[Allocation] = strawberry.field(description="The lot that it left.")
    bonuses: list[Allocation] = strawberry.field(description="What campaigns got back, since the rest of the top-up would not have earned it.")
    store: Store | None = strawberry.field(resolver=store_of, description="The agent's shop that hands back the cash; null: the municipal desk.")
    cancelled_at: datetime = strawberry.field(description="When. UTC.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, views.ChargeCancellation)

    @strawberry.field(description="Why.")
    def reason(root: Parent[views.ChargeCancellation]) -> CancelReason:
        return CancelReason(root.journal.reason)

    @strawberry.field(description="The top-up.")
    async def charge(root: Parent[views.ChargeCancellation]) -> Charge | None:
        found = await journal_by_id(root.journal.municipality, UUID(root.journal.receipt["charge"]))
        return None if found is None else ChargeView(found)  # type: ignore[return-value]


async def event_cancellation(root: Parent[EventRow], info: Info[Context, None]) -> ChargeCancellation:
    """The cancellation of an event."""
    return await receipt_of(info, root.municipality, root.journal_id)  # type: ignore[return-value]


@strawberry.type(description="The counter cancelled a top-up.")
class ChargeCancelled(Movements):
    """The counter cancelled a top-up."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    cancellation: ChargeCancellation = strawberry.field(resolver=event_cancellation, description="The cancellation.")
    is_type_of = is_of(JournalKind.CHARGE_CANCEL)


@strawberry.type(description="A settled cancellation. Hand back `cancellation.amount` in cash, which may be less than the top-up.")
class CancelChargeSuccess:
    """A settled cancellation."""

    cancellation: ChargeCancellation = strawberry.field(description="The cancellation.")
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
    CancelChargeSuccess | errors.CancelTooLateError | errors.UnknownJournalError | errors.AlreadyReversedError | errors.ReversalImpossibleError
    | errors.WalletFrozenError | errors.NotPermittedError | LEDGER,
    strawberry.union("CancelChargeResult", description="What `cancelCharge` answers."),
]  # fmt: skip
SetChargeCancellationResult = Annotated[
    SetChargeCancellationSuccess | errors.InvalidInputError | errors.NotPermittedError,
    strawberry.union("SetChargeCancellationResult", description="What `setChargeCancellation` answers."),
]

TYPES = (ChargeCancellation, ChargeCancelled)
"""For `Schema(types=...)`: reached through interfaces only."""
