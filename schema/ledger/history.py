"""Histories: what journals did to a wallet's or store's balances, line by line."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry

from domain.coupons import reads as coupons
from domain.identifiers import encode_event
from domain.ledger.kinds import HolderKind
from domain.ledger.reads import Movement, history
from domain.ledger.takings import takings
from domain.municipalities import reads as municipalities
from domain.programmes import reads as programmes
from schema.assets.types import Asset, asset_of
from schema.core.context import MeguruInfo
from schema.core.errors import BadCursorError
from schema.core.ids import ID
from schema.core.page import PageInfo, check_count, page_of
from schema.core.scalars import SignedAmount
from schema.ledger.balances import units_of
from schema.ledger.enums import JournalKind
from schema.ledger.receipts import Receipt, receipt_of
from schema.stores.types import Store, store_of

CURSOR_LIMIT = 30
"""Characters of a cursor."""
value = strawberry.enum_value


@strawberry.enum(description="Who stands on the other side of a movement.")
class PartyKind(Enum):
    """Who stands on the other side of a movement."""

    STORE = value("STORE", description="A store. 加盟店")
    CUSTOMER = value("CUSTOMER", description="A wallet; its owner is not named. お客さま")
    TOWN = value("TOWN", description="The municipal desk, issuer or a programme. 自治体")


@strawberry.type(description="The other side of a movement.")
class Counterparty:
    """The other side of a movement."""

    kind: PartyKind = strawberry.field(description="What it is.")
    name: str = strawberry.field(description="A store's or municipality's name; customers are not named.")
    store: Store | None = strawberry.field(default=None, description="The store, where it is one.")


async def counterparty_of(
    info: MeguruInfo, municipality: int, holder: UUID | None, holder_kind: int | None = None
) -> Counterparty | None:
    """The other side as the viewer may know it: stores by name, customers never.

    holder_kind: a HolderKind, where it is known: then nothing is read of a customer.
    """
    in_language = info.context.in_language
    if holder is None:
        return None
    customer = Counterparty(kind=PartyKind.CUSTOMER, name=in_language("お客さま", "Customer"))
    store = None if holder_kind == HolderKind.WALLET else await store_of(info, municipality, holder)
    if holder_kind == HolderKind.WALLET or store is not None:
        return customer if store is None else Counterparty(kind=PartyKind.STORE, name=store.store.name, store=store)
    town = await info.context.load(municipalities.by_ids, municipality)
    if town is not None and holder in (town.desk_id, town.issuer_id):
        return Counterparty(kind=PartyKind.TOWN, name=in_language(f"{town.name} 窓口", f"{town.name} desk"))
    programme = await info.context.load(programmes.by_keys, (municipality, holder))
    if programme is not None:
        return Counterparty(kind=PartyKind.TOWN, name=in_language(programme.name_ja, programme.name_en))
    coupon = await info.context.load(coupons.by_keys, (municipality, holder))
    if coupon is not None:
        kind = PartyKind.TOWN if coupon.store_id is None else PartyKind.STORE
        return Counterparty(kind=kind, name=in_language(coupon.name_ja, coupon.name_en))
    return customer


@strawberry.type(description="One line of a history: what one journal did to one of somebody's balances.")
class Transaction:
    """One line of a history."""

    movement: strawberry.Private[Movement]

    @strawberry.field(description="What happened.")
    def kind(self) -> JournalKind:
        return self.movement.kind

    @strawberry.field(description="The receipt's number.")
    def receipt_number(self) -> str | None:
        return self.movement.receipt_number

    @strawberry.field(description="The event that said it.")
    def event_id(self) -> ID:
        return ID(encode_event(self.movement.municipality, self.movement.holder, self.movement.sequence))

    @strawberry.field(description="By how much the balance changed. Whole units.")
    def amount(self) -> SignedAmount:
        return SignedAmount(self.movement.amount)

    @strawberry.field(description="The balance of the asset afterwards. Whole units.")
    def balance_after(self) -> SignedAmount:
        return SignedAmount(self.movement.balance)

    @strawberry.field(description="Time of the journal, in UTC.")
    def occurred_at(self) -> datetime:
        return self.movement.recorded_at

    @strawberry.field(description="The asset.")
    async def asset(self, info: MeguruInfo) -> Asset:
        return await asset_of(info, self.movement.asset)

    @strawberry.field(description="The other side; null where there is none.")
    async def counterparty(self, info: MeguruInfo) -> Counterparty | None:
        return await counterparty_of(info, self.movement.municipality, self.movement.counterparty)

    @strawberry.field(description="The receipt; null for what is only set aside or released.")
    async def receipt(self, info: MeguruInfo) -> Receipt | None:
        return await receipt_of(info, self.movement.municipality, self.movement.journal_id)


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


async def transactions_of(municipality: int, holder: UUID, first: int, after: str | None) -> TransactionConnection:
    """A page of a holder's movements, newest first."""
    check_count(first)
    movements = await history(municipality, holder, None if after is None else _position(after), first + 1)
    edges, page_info = page_of(movements, first, after, _edge)
    return TransactionConnection(edges=edges, page_info=page_info)


async def transactions_of_store(
    info: MeguruInfo, municipality: int, store: UUID, first: int, after: str | None
) -> TransactionConnection:
    """A page of a store's movements, newest first: what it is owed and its cash box, not what was paid with."""
    check_count(first)
    units, before = await units_of(info, municipality), None if after is None else _position(after)
    movements = await takings(municipality, store, yen=units.yen, coin=units.coin, before=before, limit=first + 1)
    edges, page_info = page_of(movements, first, after, _edge)
    return TransactionConnection(edges=edges, page_info=page_info)


def _edge(movement: Movement) -> TransactionEdge:
    return TransactionEdge(node=Transaction(movement=movement), cursor=f"{movement.sequence}.{movement.position}")


def _position(cursor: str) -> tuple[int, int]:
    sequence, _, position = cursor.partition(".")
    if len(cursor) > CURSOR_LIMIT or not all(part.isascii() and part.isdigit() for part in (sequence, position)):
        raise BadCursorError
    return min(int(sequence), 2**62), min(int(position), 2**31 - 1)
