"""Who asks, and their wallets: balances, history, events."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.assets.reads import ASSETS, sources_of
from domain.events.reads import events_after
from domain.events.stream import Resync, stream
from domain.ledger.holders import may, serves
from domain.ledger.kinds import JournalKind
from domain.ledger.reads import Balances, Journal, history
from domain.ledger.request import EventRow
from domain.payments.explain import sentences
from domain.points.rules import EarningRule
from domain.programmes.reads import PROGRAMMES
from domain.residents import reads as residents
from domain.residents.reads import Wallet
from domain.stores.reads import Store
from domain.viewer import Relation, Viewer
from resolvers.money import store_balances, wallet_balances
from resolvers.nodes import STAFF_OF_TOWN, check_count
from resolvers.views import (
    AcceptanceOf,
    Balance,
    Counterparty,
    Edge,
    EventConnection,
    PageInfo,
    Person,
    ResyncRequired,
    TransactionConnection,
    ViewerView,
)
from schema.context import MeguruInfo
from schema.ids import ID, Prefix, encode_event, read, read_event

After = Annotated[
    ID | None,
    argument(description="The event after which the stream begins, such as `asOfEventId`; from now on when absent."),
]
OneWallet = Annotated[ID, argument(description="The wallet.")]
OneStore = Annotated[ID, argument(description="The shop.")]
WalletOrNone = Annotated[ID | None, argument(description="The wallet; or name a shop.")]
StoreOrNone = Annotated[ID | None, argument(description="The shop; or name a wallet.")]
CURSOR_LIMIT = 30
"""Characters of a cursor."""


class NotFoundError(Exception):
    """The object of a subscription is not there, or not for this viewer."""


class BadCursorError(ValueError):
    """A cursor that this connection did not make."""

    def __init__(self) -> None:
        super().__init__(
            "This cursor is not one of this list; take it from an edge, a pageInfo or an eventId of the same object."
        )


async def viewer(info: MeguruInfo) -> ViewerView:
    """The person who asks."""
    who = info.context.signed_in
    return ViewerView(Person(who.person_id), await residents.assignments_of(who), await residents.wallets_of(who))


async def sees_inside(viewer: Viewer | None, store: Store) -> bool:
    """Whether the viewer may see a shop's figures: its staff, and the staff of its town."""
    if viewer is None:
        return False
    own = viewer.relations(Relation.STAFF)
    if own and await may(store.municipality, store.id, viewer.person_id, own):
        return True
    town = viewer.relations(*STAFF_OF_TOWN)
    return bool(town) and await serves(store.municipality, viewer.person_id, town)


async def balances_of(info: MeguruInfo, municipality: int, holder: UUID) -> Balances:
    """Accounts and last event of a holder, in one snapshot for all fields of a request that ask."""
    found = await info.context.loaders.balances.load((municipality, holder))
    if found is None:
        raise NotFoundError
    return found


async def earning_rule(info: MeguruInfo, municipality: int, rule: UUID) -> EarningRule:
    """A rule that a payment was asked about; rules are never erased."""
    found = await info.context.loaders.rules.load((municipality, rule))
    if found is None:
        raise NotFoundError
    return found


async def of_wallet(info: MeguruInfo, wallet: Wallet) -> list[Balance]:
    """A wallet's balances."""
    return wallet_balances(await balances_of(info, wallet.municipality, wallet.id), info.context.services.clock())


async def of_store(info: MeguruInfo, store: Store) -> list[Balance] | None:
    """A shop's balances, for those who may see them."""
    if not await sees_inside(info.context.viewer, store):
        return None
    return store_balances(await balances_of(info, store.municipality, store.id), info.context.services.clock())


async def as_of(info: MeguruInfo, municipality: int, holder: UUID) -> ID:
    """The event up to which the balances of this request are true."""
    return ID(encode_event(municipality, holder, (await balances_of(info, municipality, holder)).sequence))


async def transactions(municipality: int, holder: UUID, first: int, after: str | None) -> TransactionConnection:
    """A page of a holder's movements, newest first."""
    check_count(first)
    found = await history(municipality, holder, None if after is None else _position(after), first + 1)
    edges = [Edge(movement, f"{movement.sequence}.{movement.position}") for movement in found[:first]]
    return TransactionConnection(edges, PageInfo(len(found) > first, edges[-1].cursor if edges else None))


def _position(cursor: str) -> tuple[int, int]:
    sequence, _, position = cursor.partition(".")
    if len(cursor) > CURSOR_LIMIT or not all(part.isascii() and part.isdigit() for part in (sequence, position)):
        raise BadCursorError
    return min(int(sequence), 2**62), int(position)


async def events(municipality: int, holder: UUID, first: int, after: ID | None) -> EventConnection:
    """A page of a holder's events, oldest first after a cursor: what the live stream would have said."""
    check_count(first)
    found = await events_after(municipality, holder, sequence_after(municipality, holder, after) or 0, first + 1)
    edges = [Edge(row, encode_event(municipality, holder, row.sequence)) for row in found[:first]]
    return EventConnection(edges, PageInfo(len(found) > first, edges[-1].cursor if edges else None))


def sequence_after(municipality: int, holder: UUID, after: ID | None) -> int | None:
    """The sequence in a cursor of this holder's events."""
    if after is None:
        return None
    found = read_event(after)
    if found is None or found[:2] != (municipality, holder):
        raise BadCursorError
    return found[2]


async def explained(info: MeguruInfo, payment: Journal) -> list[str]:
    """Why a payment used what it used, one sentence per lot."""
    town = payment.municipality
    lots = [portion.lot for portion in payment.receipt.lots]
    programmes = {str(one.id): one for one in await info.context.services.shared(PROGRAMMES).of(town)}
    assets = {one.id: one for one in await info.context.services.shared(ASSETS).of(town)}
    return sentences(payment, await sources_of(town, lots), assets, programmes, info.context.locale)


async def stores_of(info: MeguruInfo, place: AcceptanceOf) -> list[Store]:
    """The shops of its town that a rule names, by id; without those that are gone."""
    found = await info.context.loaders.stores.load_many(
        [(place.municipality, store) for store in sorted(place.rule.stores)]
    )
    return [store for store in found if store is not None]


async def counterparty(info: MeguruInfo, municipality: int, holder: UUID | None, locale: str) -> Counterparty | None:
    """The other side as the viewer may know it: shops by name, customers never."""
    if holder is None:
        return None
    store = await info.context.loaders.stores.load((municipality, holder))
    if store is not None:
        return Counterparty("STORE", store.name, store)
    town = await info.context.loaders.municipalities.load(municipality)
    if town is not None and holder in (town.desk_id, town.issuer_id):
        return Counterparty("TOWN", f"{town.name} 窓口" if locale == "ja" else f"{town.name} desk", None)
    programme = await info.context.loaders.programmes.load((municipality, holder))
    if programme is not None:
        return Counterparty("TOWN", programme.name_ja if locale == "ja" else programme.name_en, None)
    coupon = await info.context.loaders.coupons.load((municipality, holder))
    if coupon is not None:
        return Counterparty(
            "TOWN" if coupon.store_id is None else "STORE", coupon.name_ja if locale == "ja" else coupon.name_en, None
        )
    return Counterparty("CUSTOMER", "お客さま" if locale == "ja" else "Customer", None)


async def wallet_events(
    info: MeguruInfo, wallet_id: OneWallet, after: After = None
) -> AsyncGenerator[EventRow | ResyncRequired, None]:
    """What happens to a wallet, live."""
    municipality, holder = await _visible_wallet(info, wallet_id)
    async with aclosing(_live(info, municipality, holder, after)) as items:
        async for item in items:
            yield item


async def store_events(
    info: MeguruInfo, store_id: OneStore, after: After = None
) -> AsyncGenerator[EventRow | ResyncRequired, None]:
    """What happens to a shop, live."""
    municipality, holder = await _visible_store(info, store_id)
    async with aclosing(_live(info, municipality, holder, after)) as items:
        async for item in items:
            yield item


async def payment_settled(
    info: MeguruInfo, wallet_id: WalletOrNone = None, store_id: StoreOrNone = None, after: After = None
) -> AsyncGenerator[EventRow | ResyncRequired, None]:
    """Payments of a wallet or of a shop, live."""
    if (wallet_id is None) == (store_id is None):
        raise NotFoundError
    municipality, holder = (
        await _visible_wallet(info, wallet_id)
        if wallet_id is not None
        else await _visible_store(info, store_id or ID(""))
    )
    async with aclosing(_live(info, municipality, holder, after)) as items:
        async for item in items:
            if isinstance(item, ResyncRequired) or item.kind in (JournalKind.PAYMENT, JournalKind.CAPTURE):
                yield item


async def _visible_wallet(info: MeguruInfo, unchecked: ID) -> tuple[int, UUID]:
    found = read(Prefix.WALLET, unchecked)
    if found is None or await residents.wallet_for(info.context.signed_in, *found) is None:
        raise NotFoundError
    return found


async def _visible_store(info: MeguruInfo, unchecked: ID) -> tuple[int, UUID]:
    found = read(Prefix.STORE, unchecked)
    store = None if found is None else await info.context.loaders.stores.load(found)
    if found is None or store is None or not await sees_inside(info.context.viewer, store):
        raise NotFoundError
    return found


async def _live(
    info: MeguruInfo, municipality: int, holder: UUID, after: ID | None
) -> AsyncGenerator[EventRow | ResyncRequired, None]:
    """The stream; closing it closes the inbox at once, not when somebody collects the garbage."""
    async with aclosing(
        stream(info.context.services, municipality, holder, sequence_after(municipality, holder, after))
    ) as items:
        async for item in items:
            if isinstance(item, Resync):
                yield ResyncRequired(municipality, holder, item.sequence, item.reason, info.context.services.clock())
            else:
                yield item
