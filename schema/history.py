"""Receipts, movements and events."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import Parent
from strawberry.types import Info

from domain.assets.reads import last_day
from domain.ledger.kinds import JournalKind
from domain.ledger.reads import Movement, journal_by_id, linked_journals, note_of
from domain.ledger.request import EventRow
from domain.payments.quote import Part, Quote
from domain.residents import reads as residents
from resolvers import money, viewers, views
from resolvers.nodes import view_of
from schema.context import Context
from schema.enums import PartyKind, RefundReason, ResyncReason, TransactionKind
from schema.ids import ID, encode_event
from schema.parties import Asset, Node, Store, Wallet, asset
from schema.scalars import Amount, SignedAmount


@strawberry.type(description="How much of one lot a payment used.")
class Allocation:
    """How much of one lot a payment used."""

    amount: Amount = strawberry.field(description="Whole units.")

    @strawberry.field(description="The asset.")
    async def asset(root: Parent[views.Allocation], info: Info[Context, None]) -> Asset:
        return await asset(info, root.asset)  # type: ignore[return-value]

    @strawberry.field(description="The last day of the lot. Civil date in Asia/Tokyo; null: no expiry.")
    def expires_on(root: Parent[views.Allocation | Part]) -> date | None:
        return last_day(root.expires_at) if isinstance(root, Part) else root.expires_on


@strawberry.type(description="What a journal did to one of somebody's balances.")
class BalanceAfter:
    """What a journal did to a balance."""

    moved: SignedAmount = strawberry.field(description="By how much. Whole units.")
    posted: SignedAmount = strawberry.field(description="What there was afterwards. Whole units.")

    @strawberry.field(description="The asset.")
    async def asset(root: Parent[views.BalanceAfter], info: Info[Context, None]) -> Asset:
        return await asset(info, root.asset)  # type: ignore[return-value]


@strawberry.interface(description="A settled journal: what a receipt shows.")
class Receipt(Node):
    """A settled journal."""

    receipt_number: str = strawberry.field(description="Said over a counter: 9 letters and digits without look-alikes, the last a check.")
    amount: Amount = strawberry.field(description="Whole units.")


async def store_of(root: Parent[views.Payment], info: Info[Context, None]) -> Store | None:
    """The journal's shop."""
    journal = root.journal
    if journal.store_id is None:
        return None
    return await info.context.loaders.stores.load((journal.municipality, journal.store_id))  # type: ignore[return-value]


async def wallet_of(info: Info[Context, None], municipality: int, wallet: UUID | None) -> Wallet | None:
    """A wallet, for those who may see it."""
    if wallet is None or info.context.viewer is None:
        return None
    return await residents.wallet_for(info.context.viewer, municipality, wallet)  # type: ignore[return-value]


@strawberry.type(description="A shop gave back a payment, in part or whole.")
class Refund(Receipt):
    """A refund."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter.")
    amount: Amount = strawberry.field(description="What was given back. Whole units.")
    allocations: list[Allocation] = strawberry.field(description="The lots that it went back to, in order.")
    refunded_at: datetime = strawberry.field(description="When. UTC.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, views.Refund)

    @strawberry.field(description="Why.")
    def reason(root: Parent[views.Refund]) -> RefundReason:  # noqa: D102
        return RefundReason(root.journal.reason)


@strawberry.type(description="A payment by a resident to a shop.")
class Payment(Receipt):
    """A payment."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter: 9 letters and digits, the last a check.")
    amount: Amount = strawberry.field(description="What was paid. Whole units.")
    allocations: list[Allocation] = strawberry.field(description="Which lots it used, in spend order.")
    store: Store | None = strawberry.field(resolver=store_of, description="The shop.")
    paid_at: datetime = strawberry.field(description="When. UTC.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, views.Payment)

    @strawberry.field(description="What was given back of it so far. Whole units.")
    async def refunded(root: Parent[views.Payment], info: Info[Context, None]) -> Amount:  # noqa: D102
        return Amount(await info.context.loaders.refunded.load((root.journal.municipality, root.journal.id)))

    @strawberry.field(description="What may still be given back. Whole units.")
    async def refundable(root: Parent[views.Payment], info: Info[Context, None]) -> Amount:  # noqa: D102
        given = await info.context.loaders.refunded.load((root.journal.municipality, root.journal.id))
        return Amount(root.journal.receipt["amount"] - given)

    @strawberry.field(description="Its refunds, oldest first.")
    async def refunds(root: Parent[views.Payment]) -> list[Refund]:  # noqa: D102
        found = await linked_journals(root.journal.municipality, root.journal.id, JournalKind.REFUND)
        return [views.Refund(journal) for journal in found]  # type: ignore[misc]

    @strawberry.field(description="The wallet that paid; null for everybody but its own people and the town's staff.")
    async def wallet(root: Parent[views.Payment], info: Info[Context, None]) -> Wallet | None:  # noqa: D102
        return await wallet_of(info, root.journal.municipality, root.journal.wallet_id)

    @strawberry.field(description="The payer's note; null where there is none, for everybody else, and once it is erased.")
    async def note(root: Parent[views.Payment]) -> str | None:  # noqa: D102
        return await note_of(root.journal.municipality, root.journal.id) if root.shows_wallet else None


@strawberry.type(description="Topping up a wallet.")
class Charge(Receipt):
    """A top-up."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter: 9 letters and digits, the last a check.")
    amount: Amount = strawberry.field(description="What was charged. Whole units.")
    allocations: list[Allocation] = strawberry.field(description="The lot that it went into.")
    store: Store | None = strawberry.field(resolver=store_of, description="The agent's shop; null: the municipal desk.")
    charged_at: datetime = strawberry.field(description="When. UTC.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, views.Charge)


@strawberry.type(description="A correction: a journal was undone by its opposite.")
class Reversal(Receipt):
    """A reversing journal."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter: 9 letters and digits, the last a check.")
    amount: Amount = strawberry.field(description="What was undone. Whole units.")
    reversed_at: datetime = strawberry.field(description="When. UTC.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, views.Reversal)

    @strawberry.field(description="The receipt of what was undone.")
    async def receipt(root: Parent[views.Reversal]) -> Receipt | None:  # noqa: D102
        undone = await journal_by_id(root.journal.municipality, UUID(root.journal.receipt["journal"]))
        return None if undone is None else view_of(undone, shows_wallet=False)  # type: ignore[return-value]


@strawberry.type(description="The other side of a movement.")
class Counterparty:
    """The other side of a movement."""

    name: str = strawberry.field(description="A shop's or town's name; customers are not named.")
    store: Store | None = strawberry.field(description="The shop, where it is one.")

    @strawberry.field(description="What it is.")
    def kind(root: Parent[views.Counterparty]) -> PartyKind:
        return PartyKind[root.kind]


@strawberry.type(description="One line of a history: what one journal did to one of somebody's balances.")
class Transaction:
    """One line of a history."""

    kind: TransactionKind = strawberry.field(description="What happened.")
    receipt_number: str | None = strawberry.field(description="The receipt's number.")

    @strawberry.field(description="The event that said it.")
    def event_id(root: Parent[Movement]) -> ID:
        return ID(encode_event(root.municipality, root.holder, root.sequence))

    @strawberry.field(description="By how much the balance changed. Whole units.")
    def amount(root: Parent[Movement]) -> SignedAmount:
        return SignedAmount(root.amount)

    @strawberry.field(description="The balance of the asset afterwards. Whole units.")
    def balance_after(root: Parent[Movement]) -> SignedAmount:
        return SignedAmount(root.balance)

    @strawberry.field(description="When. UTC.")
    def occurred_at(root: Parent[Movement]) -> datetime:
        return root.recorded_at

    @strawberry.field(description="The asset.")
    async def asset(root: Parent[Movement], info: Info[Context, None]) -> Asset:
        return await asset(info, root.asset)  # type: ignore[return-value]

    @strawberry.field(description="The other side; null where there is none.")
    async def counterparty(root: Parent[Movement], info: Info[Context, None]) -> Counterparty | None:
        return await viewers.counterparty(info, root.municipality, root.counterparty, info.context.locale)  # type: ignore[return-value]

    @strawberry.field(description="The receipt; null for what is only set aside or released.")
    async def receipt(root: Parent[Movement], info: Info[Context, None]) -> Receipt | None:
        return await receipt_of(info, root.municipality, root.journal_id)  # type: ignore[return-value]


async def receipt_of(info: Info[Context, None], municipality: int, journal: UUID) -> object:
    """The receipt of a journal that the viewer has come upon in a history or stream that they may see."""
    found = await info.context.loaders.journals.load((municipality, journal))
    if found is None:
        return None
    shows = info.context.viewer is not None and found.actor == info.context.viewer.person_id
    return view_of(found, shows_wallet=shows)


@strawberry.type(description="Whether there is more.")
class PageInfo:
    """Whether there is more."""

    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    end_cursor: str | None = strawberry.field(description="The last item's cursor; null for an empty page.")


@strawberry.type(description="A movement and its cursor.")
class TransactionEdge:
    """A movement and its cursor."""

    node: Transaction = strawberry.field(description="The movement.")
    cursor: str = strawberry.field(description="Pass it as `after` to go on behind it.")


@strawberry.type(description="A page of movements, newest first.")
class TransactionConnection:
    """A page of movements."""

    edges: list[TransactionEdge] = strawberry.field(description="The movements.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")


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


@strawberry.interface(description="What moved value, or set it aside.")
class Movements(Event):
    """What moved value."""

    receipt_number: str | None = strawberry.field(description="The receipt's number.")
    amount: SignedAmount = strawberry.field(resolver=event_amount, description="What came in, or went out (negative), over all assets. Whole units.")
    balances: list[BalanceAfter] = strawberry.field(resolver=balances, description="Each balance that moved, and what it was afterwards.")
    counterparty: Counterparty | None = strawberry.field(resolver=event_counterparty, description="The other side; null where there is none.")


def _is(*kinds: JournalKind) -> "classmethod[object, ..., bool]":
    def is_type_of(_cls: type, obj: object, _info: object) -> bool:
        return isinstance(obj, EventRow) and obj.kind in kinds

    return classmethod(is_type_of)


@strawberry.type(description="A payment was settled.")
class PaymentSettled(Movements):
    """A payment was settled."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    payment: Payment = strawberry.field(resolver=event_payment, description="The payment.")
    is_type_of = _is(JournalKind.PAYMENT, JournalKind.CAPTURE)


@strawberry.type(description="A wallet was topped up.")
class ChargeSettled(Movements):
    """A wallet was topped up."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    charge: Charge = strawberry.field(resolver=event_charge, description="The top-up.")
    is_type_of = _is(JournalKind.CHARGE)


@strawberry.type(description="A payment was given back, in part or whole.")
class PaymentRefunded(Movements):
    """A payment was given back."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    refund: Refund = strawberry.field(resolver=event_refund, description="The refund.")
    is_type_of = _is(JournalKind.REFUND)


@strawberry.type(description="The town undid a journal.")
class JournalReversed(Movements):
    """The town undid a journal."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    reversal: Reversal = strawberry.field(resolver=event_reversal, description="The reversal.")
    is_type_of = _is(JournalKind.REVERSAL)


@strawberry.type(description="Value was set aside for a shop.")
class HoldPlaced(Movements):
    """Value was set aside."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    is_type_of = _is(JournalKind.HOLD)


@strawberry.type(description="What was set aside is free again: voided, or its time is over.")
class HoldReleased(Movements):
    """What was set aside is free again."""

    event_id: ID = strawberry.field(resolver=event_id, description="The cursor.")
    occurred_at: datetime = strawberry.field(resolver=occurred_at, description="When. UTC.")
    is_type_of = _is(JournalKind.VOID, JournalKind.LAPSE)


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


EVENTS = (PaymentSettled, ChargeSettled, PaymentRefunded, JournalReversed, HoldPlaced, HoldReleased, ResyncRequired)
"""For `Schema(types=...)`: reached through the interface only."""

PaymentSettledItem = Annotated[
    PaymentSettled | ResyncRequired, strawberry.union("PaymentSettledItem", description="A payment, or the end of the stream.")
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


@strawberry.type(description="What a payment would do now. Nothing is set aside; `pay` may find another state.")
class PaymentQuote:
    """What a payment would do now."""

    amount: Amount = strawberry.field(description="What would be paid. Whole units.")
    available_after: Amount = strawberry.field(description="What could still be spent afterwards. Whole units.")
    store: Store = strawberry.field(description="The shop.")
    wallet: Wallet = strawberry.field(description="The wallet.")

    @strawberry.field(description="Which lots it would use, in spend order.")
    def allocations(root: Parent[Quote]) -> list[Allocation]:  # noqa: D102
        return list(root.parts)  # type: ignore[arg-type]


__all__ = ["EVENTS", "Charge", "Event", "Payment", "PaymentQuote", "PaymentSettledItem", "Receipt", "Refund", "Reversal"]
