"""Events: what happened to a wallet or shop, live and as lists."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import Parent
from strawberry.types import Info

from domain.ledger.kinds import JournalKind
from domain.ledger.request import EventRow
from resolvers import money, viewers, views
from schema.context import Context
from schema.enums import ResyncReason
from schema.history import Counterparty, PageInfo
from schema.ids import ID, encode_event
from schema.receipts import BalanceAfter, Charge, Expiry, Grant, Payment, Refund, Reversal, receipt_of
from schema.scalars import SignedAmount


@strawberry.interface(description="What happened to a wallet or shop: one ordered stream each, without gaps.")
class Event:
    """What happened."""

    event_id: ID = strawberry.field(description="The cursor: subscribe or list after it.")
    occurred_at: datetime = strawberry.field(description="When. UTC.")


def event_id(root: Parent[EventRow]) -> ID:
    """The public id of an event."""
    return ID(encode_event(root.municipality, root.holder, root.sequence))


def occurred_at(root: Parent[EventRow]) -> datetime:
    """The event's instant."""
    return root.recorded_at


def balances(root: Parent[EventRow]) -> list[BalanceAfter]:
    """The event's movements."""
    return money.event_balances(root)  # type: ignore[return-value]


def event_amount(root: Parent[EventRow]) -> SignedAmount:
    """The sum of an event's movements."""
    return SignedAmount(sum(root.amounts))


async def event_counterparty(root: Parent[EventRow], info: Info[Context, None]) -> Counterparty | None:
    """The other side of an event."""
    return await viewers.counterparty(info, root.municipality, root.counterparty, info.context.locale)  # type: ignore[return-value]


async def event_payment(root: Parent[EventRow], info: Info[Context, None]) -> Payment:
    """The payment of an event."""
    return await receipt_of(info, root.municipality, root.journal_id)  # type: ignore[return-value]


async def event_charge(root: Parent[EventRow], info: Info[Context, None]) -> Charge:
    """The charge of an event."""
    return await receipt_of(info, root.municipality, root.journal_id)  # type: ignore[return-value]


async def event_refund(root: Parent[EventRow], info: Info[Context, None]) -> Refund:
    """The refund of an event."""
    return await receipt_of(info, root.municipality, root.journal_id)  # type: ignore[return-value]


async def event_reversal(root: Parent[EventRow], info: Info[Context, None]) -> Reversal:
    """The reversal of an event."""
    return await receipt_of(info, root.municipality, root.journal_id)  # type: ignore[return-value]


async def event_grant(root: Parent[EventRow], info: Info[Context, None]) -> Grant:
    """The grant of an event."""
    return await receipt_of(info, root.municipality, root.journal_id)  # type: ignore[return-value]


async def event_expiry(root: Parent[EventRow], info: Info[Context, None]) -> Expiry:
    """The expiry of an event."""
    return await receipt_of(info, root.municipality, root.journal_id)  # type: ignore[return-value]


@strawberry.interface(description="What moved value, or set it aside.")
class Movements(Event):
    """What moved value."""

    receipt_number: str | None = strawberry.field(description="The receipt's number.")
    amount: SignedAmount = strawberry.field(
        resolver=event_amount, description="What came in, or went out (negative), over all assets. Whole units."
    )
    balances: list[BalanceAfter] = strawberry.field(
        resolver=balances, description="Each balance that moved, and what it was afterwards."
    )
    counterparty: Counterparty | None = strawberry.field(
        resolver=event_counterparty, description="The other side; null where there is none."
    )


def is_kind(*kinds: JournalKind) -> "classmethod[object, ..., bool]":
    """The `is_type_of` of an event of these kinds."""

    def is_type_of(_cls: type, obj: object, _info: object) -> bool:
        return isinstance(obj, EventRow) and obj.kind in kinds

    return classmethod(is_type_of)


@strawberry.type(description="A payment was settled.")
class PaymentSettled(Movements):
    """A payment was settled."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    payment: Payment = strawberry.field(resolver=event_payment, description="The payment.")
    is_type_of = is_kind(JournalKind.PAYMENT, JournalKind.CAPTURE)


@strawberry.type(description="A wallet was topped up.")
class ChargeSettled(Movements):
    """A wallet was topped up."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    charge: Charge = strawberry.field(resolver=event_charge, description="The top-up.")
    is_type_of = is_kind(JournalKind.CHARGE)


@strawberry.type(description="A payment was given back, in part or whole.")
class PaymentRefunded(Movements):
    """A payment was given back."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    refund: Refund = strawberry.field(resolver=event_refund, description="The refund.")
    is_type_of = is_kind(JournalKind.REFUND)


@strawberry.type(description="The town undid a journal.")
class JournalReversed(Movements):
    """The town undid a journal."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    reversal: Reversal = strawberry.field(resolver=event_reversal, description="The reversal.")
    is_type_of = is_kind(JournalKind.REVERSAL)


@strawberry.type(description="A programme gave value.")
class ValueGranted(Movements):
    """A programme gave value."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    grant: Grant = strawberry.field(resolver=event_grant, description="The grant.")
    is_type_of = is_kind(JournalKind.GRANT)


@strawberry.type(description="Value whose last day was over left the wallet.")
class ValueExpired(Movements):
    """Value ended."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    expiry: Expiry = strawberry.field(resolver=event_expiry, description="What ended.")
    is_type_of = is_kind(JournalKind.EXPIRY)


@strawberry.type(description="Value was set aside for a shop.")
class HoldPlaced(Movements):
    """Value was set aside."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    is_type_of = is_kind(JournalKind.HOLD)


@strawberry.type(description="What was set aside is free again: voided, or its time is over.")
class HoldReleased(Movements):
    """What was set aside is free again."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    is_type_of = is_kind(JournalKind.VOID, JournalKind.LAPSE)


@strawberry.type(description="The stream ends here: read the balances again, and subscribe after their `asOfEventId`.")
class ResyncRequired(Event):
    """The stream ends here."""

    occurred_at: datetime = strawberry.field(description="When. UTC.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, views.ResyncRequired)

    @strawberry.field(description="The newest event at this moment.")  # type: ignore[misc] # the field of the interface
    def event_id(root: Parent[views.ResyncRequired]) -> ID:
        return ID(encode_event(root.municipality, root.holder, root.sequence))

    @strawberry.field(description="Why.")
    def reason(root: Parent[views.ResyncRequired]) -> ResyncReason:
        return ResyncReason[root.reason]


EVENTS = (
    PaymentSettled,
    ChargeSettled,
    PaymentRefunded,
    JournalReversed,
    ValueGranted,
    ValueExpired,
    HoldPlaced,
    HoldReleased,
    ResyncRequired,
)
"""For `Schema(types=...)`: reached through the interface only."""

PaymentSettledItem = Annotated[
    PaymentSettled | ResyncRequired,
    strawberry.union("PaymentSettledItem", description="A payment, or the end of the stream."),
]


@strawberry.type(description="An event and its cursor.")
class EventEdge:
    """An event and its cursor."""

    node: Event = strawberry.field(description="The event.")
    cursor: str = strawberry.field(description="Pass it as `after` to go on behind it; the event's id.")


@strawberry.type(description="A page of events, oldest first.")
class EventConnection:
    """A page of events."""

    edges: list[EventEdge] = strawberry.field(description="The events.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")
