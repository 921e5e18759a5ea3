"""Histories: movements by page."""

from datetime import datetime

import strawberry
from strawberry import Parent
from strawberry.types import Info

from domain.ledger.reads import Movement
from resolvers import viewers, views
from schema.context import Context
from schema.enums import PartyKind, TransactionKind
from schema.ids import ID, encode_event
from schema.parties import Asset, Store, asset
from schema.receipts import Receipt, receipt_of
from schema.scalars import SignedAmount


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
