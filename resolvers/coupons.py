"""Coupons: input in, one domain call, the contract's type out."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.conditions.eligibility import Claims
from domain.controls import budgets
from domain.controls.change import change as change_control
from domain.coupons import change, claim, listing, reads
from domain.coupons.listing import Order
from domain.identifiers import Prefix
from domain.ledger.kinds import Operation
from domain.residents.reads import claims_of, person_of
from domain.stores import reads as stores
from domain.stores.reads import Store
from resolvers.journals import journal_of
from schema.approvals.types import approval_of
from schema.core.context import MeguruInfo
from schema.core.errors import BadCursorError, NotFoundError
from schema.core.ids import ID, key_in, read
from schema.core.node import finds
from schema.core.page import After, First, check_count, page_of
from schema.coupons.inputs import (
    BadPlaceError,
    ChangeCouponInput,
    ClaimCouponInput,
    CreateCouponInput,
    Near,
    coupon_key,
)
from schema.coupons.results import ChangeCouponPayload, ClaimCouponPayload, CreateCouponPayload
from schema.coupons.types import Coupon, CouponClaim, CouponConnection, CouponEdge, WhyNot
from schema.municipalities.types import MunicipalityCode, find_number, number_of
from schema.residents.types import wallet_of

CouponId = Annotated[ID, argument(description="The coupon.")]
OfWallet = Annotated[
    ID | None,
    argument(description="Whose coupons: the person of a wallet that the viewer may see; the viewer when absent."),
]
AtStore = Annotated[ID | None, argument(description="Only what this store accepts.")]
NearPlace = Annotated[
    Near | None,
    argument(description="A place: edges then have the distance to the nearest store that accepts the coupon."),
]
Claimed = Annotated[bool | None, argument(description="True: only what the person has claimed.")]
UsableNow = Annotated[bool | None, argument(description="True: only what the person can use at this moment.")]
EndsBefore = Annotated[datetime | None, argument(description="Only what ends before this time, in UTC.")]
Sort = Annotated[Order, argument(description="By what the list is sorted.")]
CURSOR_LIMIT = 80
"""Characters of a cursor."""
UUID_DIGITS = 32


@finds(Prefix.COUPON)
async def find(info: MeguruInfo, municipality: int, key: UUID) -> Coupon | None:
    """A coupon; everybody may see them."""
    row = await info.context.load(reads.by_keys, (municipality, key))
    return None if row is None else Coupon(coupon=row)


async def coupon(info: MeguruInfo, id: CouponId) -> Coupon | None:
    """A coupon; everybody may see them."""
    key = read(Prefix.COUPON, id)
    return None if key is None else await find(info, *key)


async def coupons(
    info: MeguruInfo,
    municipality: MunicipalityCode,
    wallet_id: OfWallet = None,
    near: NearPlace = None,
    store_id: AtStore = None,
    claimed: Claimed = None,
    usable_now: UsableNow = None,
    ends_before: EndsBefore = None,
    sort: Sort = Order.EXPIRY,
    first: First = 20,
    after: After = None,
) -> CouponConnection:
    """Coupons of a municipality as somebody sees them now."""
    check_count(first)
    place = None if near is None else near.place()
    if sort is Order.DISTANCE and place is None:
        raise BadPlaceError
    number = await find_number(municipality)
    if number is None:
        return _connection(sort, [], after, None)
    person, claims = await _person(info, number, wallet_id)
    search = listing.CouponSearch(
        municipality=number,
        person=person,
        claims=claims,
        store=None if store_id is None else await _store(info, number, store_id),
        near=place,
        claimed=bool(claimed),
        usable_now=bool(usable_now),
        ends_before=ends_before,
        order=sort,
    )
    start = None if after is None else _read_cursor(sort, after)
    page, rest = await listing.listed(search, info.context.services.clock(), start, first)
    return _connection(sort, page, after, rest)


async def _person(info: MeguruInfo, municipality: int, wallet_id: ID | None) -> tuple[UUID | None, Claims | None]:
    if wallet_id is not None:
        wallet = key_in(Prefix.WALLET, wallet_id, municipality, NotFoundError)
        if await wallet_of(info, municipality, wallet) is None:
            raise NotFoundError
        return await person_of(municipality, wallet)
    viewer = info.context.viewer
    return (None, None) if viewer is None else (viewer.person_id, await claims_of(municipality, viewer.person_id))


async def _store(info: MeguruInfo, municipality: int, store_id: ID) -> Store:
    key = key_in(Prefix.STORE, store_id, municipality, NotFoundError)
    store = await info.context.load(stores.by_keys, (municipality, key))
    if store is None:
        raise NotFoundError
    return store


def _connection(
    order: Order, page: list[listing.ListedCoupon], after: str | None, rest: listing.ListPosition | None
) -> CouponConnection:
    """A page and where the list goes on; a page of a long list may be short and still not the last."""
    edges, page_info = page_of(page, len(page), after, partial(_edge, order))
    if rest is not None:
        page_info.has_next_page, page_info.end_cursor = True, _cursor(order, rest)
    return CouponConnection(edges=edges, page_info=page_info)


def _edge(order: Order, line: listing.ListedCoupon) -> CouponEdge:
    return CouponEdge(
        node=Coupon(coupon=line.coupon),
        cursor=_cursor(order, line.position),
        distance_metres=line.metres,
        claim_count=line.counts.claimed,
        why_not=None if line.obstacle is None else WhyNot(obstacle=line.obstacle),
    )


def _cursor(order: Order, position: listing.ListPosition) -> str:
    return f"{order.value[0]}.{position.value}.{position.id.hex}"


def _read_cursor(order: Order, unchecked: str) -> listing.ListPosition:
    """Where to go on; a cursor goes on only in the order in which it was made."""
    letter, _, rest = unchecked.partition(".")
    value, _, key = rest.partition(".")
    digits = value.isascii() and value.isdigit() and key.isascii() and len(unchecked) <= CURSOR_LIMIT
    if letter != order.value[0] or not digits or len(key) != UUID_DIGITS:
        raise BadCursorError
    try:
        return listing.ListPosition(value=min(int(value), 2**62), id=UUID(hex=key))
    except ValueError as error:
        raise BadCursorError from error


async def create_coupon(info: MeguruInfo, input: CreateCouponInput) -> CreateCouponPayload:
    """Issues a coupon with its budget."""
    municipality = await number_of(input.municipality)
    changed = await change_control(
        info.context.services,
        info.context.signed_in,
        budgets.COUPON,
        municipality,
        input.coupon(municipality),
        key=input.idempotency_key,
        officers_only=False,
    )
    if changed.result is None:
        return CreateCouponPayload(approval=approval_of(changed.approval))
    row, posted = changed.result
    return CreateCouponPayload(coupon=Coupon(coupon=row), replayed=posted.replayed)


async def change_coupon(info: MeguruInfo, input: ChangeCouponInput) -> ChangeCouponPayload:
    """Changes what may still be changed."""
    key = coupon_key(input.coupon_id)
    row = await change.change_coupon(info.context.services, info.context.signed_in, *key, input.change())
    return ChangeCouponPayload(coupon=Coupon(coupon=row))


async def claim_coupon(info: MeguruInfo, input: ClaimCouponInput) -> ClaimCouponPayload:
    """Claims a coupon for a wallet's person."""
    receiver = await input.wallet.receiver()
    info.context.municipality = receiver.municipality
    request = input.claim(receiver)
    posted = await claim.claim_coupon(info.context.services, info.context.signed_in, request)
    journal = journal_of(
        posted,
        viewer=info.context.signed_in,
        operation=Operation.CLAIM_COUPON,
        wallet_id=receiver.wallet_id,
        store_id=request.store_id,
    )
    return ClaimCouponPayload(claim=CouponClaim(journal=journal), replayed=posted.replayed)
