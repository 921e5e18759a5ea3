"""Coupons and hand-overs: input in, one domain call, a view out."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.conditions.eligibility import Claims
from domain.coupons import change as changing
from domain.coupons import claim as claiming
from domain.coupons import create as creating
from domain.coupons import listing
from domain.coupons.coupon import Coupon
from domain.coupons.kinds import BorneBy, CouponKind, Stacking
from domain.coupons.listing import Asked, Found, Place
from domain.coupons.refusals import UnknownCouponError
from domain.ledger.kinds import Operation
from domain.ledger.reads import journal_by_id
from domain.ledger.refusals import UnknownPayeeError, UnknownWalletError
from domain.municipalities import reads as municipalities
from domain.redemptions import redeem as redeeming
from domain.redemptions import roll_back as undoing
from domain.redemptions.kinds import ItemKind, RollbackReason
from domain.redemptions.refusals import UnknownItemError, UnknownRedemptionError
from domain.refusals import NotPermittedError
from domain.residents import reads as residents
from domain.residents.reads import claims_of, person_of
from resolvers.coupon_views import (
    ChangeCouponSuccess,
    ClaimCouponSuccess,
    CouponClaim,
    CouponConnection,
    CouponEdge,
    CouponPage,
    CreateCouponSuccess,
    RedeemSuccess,
    Redemption,
    RedemptionRollback,
    RollbackRedemptionSuccess,
    WhyNot,
)
from resolvers.money import balances_after
from resolvers.nodes import check_count
from resolvers.payments import actor, journal_of, payee_of, wallet_of
from resolvers.value import acceptance_of, eligibility_of, town_of
from resolvers.viewers import BadCursorError, NotFoundError
from schema.context import MeguruInfo
from schema.coupon_enums import CouponSort
from schema.coupon_inputs import (
    ChangeCouponInput,
    ClaimCouponInput,
    CreateCouponInput,
    ItemInput,
    Near,
    RedeemInput,
    RollbackRedemptionInput,
)
from schema.ids import ID, Prefix, read, read_number

TownCode = Annotated[str, argument(description="The code of the town, 6 digits.")]
CouponId = Annotated[ID, argument(description="The coupon.")]
OfWallet = Annotated[
    ID | None,
    argument(description="Whose coupons: the person of a wallet that the viewer may see; the viewer when absent."),
]
AtStore = Annotated[ID | None, argument(description="Only what this shop takes.")]
NearPlace = Annotated[
    Near | None, argument(description="A place: edges then say how far the nearest shop is that takes the coupon.")
]
Claimed = Annotated[bool | None, argument(description="True: only what the person has claimed.")]
UsableNow = Annotated[bool | None, argument(description="True: only what the person can use at this moment.")]
EndsBefore = Annotated[datetime | None, argument(description="Only what ends before this instant: expiring soon. UTC.")]
Sort = Annotated[CouponSort, argument(description="By what the list is sorted.")]
First = Annotated[int, argument(description="How many, 0 to 100.")]
After = Annotated[str | None, argument(description="The cursor after which the page begins.")]
LONGEST_CURSOR = 80
LATITUDE_LIMIT, LONGITUDE_LIMIT = 90_000_000, 180_000_000


class BadPlaceError(BadCursorError):
    """A place that is none, or none where one is needed."""

    def __init__(self) -> None:
        ValueError.__init__(
            self,
            "Sorting by DISTANCE needs `near`, with a latitude within 90 and a longitude within 180 degrees, in"
            " millionths.",
        )


async def coupon(info: MeguruInfo, id: CouponId) -> Coupon | None:
    """One coupon."""
    found = read(Prefix.COUPON, id)
    return None if found is None else await info.context.loaders.coupons.load(found)


async def coupons(
    info: MeguruInfo,
    municipality: TownCode,
    wallet_id: OfWallet = None,
    near: NearPlace = None,
    store_id: AtStore = None,
    claimed: Claimed = None,
    usable_now: UsableNow = None,
    ends_before: EndsBefore = None,
    sort: Sort = CouponSort.EXPIRY,
    first: First = 20,
    after: After = None,
) -> CouponConnection:
    """Coupons of a town as somebody sees them now."""
    check_count(first)
    place = None if near is None else _place(near)
    if sort is CouponSort.DISTANCE and place is None:
        raise BadPlaceError
    town = await municipalities.by_code(municipality)
    if town is None:
        return CouponConnection([], CouponPage(has_next_page=False, end_cursor=None))
    person, claims = await _person(info, town.id, wallet_id)
    store = None
    if store_id is not None:
        named = read(Prefix.STORE, store_id)
        store = None if named is None or named[0] != town.id else await info.context.loaders.stores.load(named)
        if store is None:
            raise NotFoundError
    order = listing.Order[sort.name]
    asked = Asked(town.id, person, claims, store, place, bool(claimed), bool(usable_now), ends_before, order)
    found, going_on = await listing.listed(
        asked, info.context.services.clock(), None if after is None else _read_cursor(order, after), first
    )
    edges = [_edge(order, one) for one in found]
    end = _cursor(order, going_on) if going_on is not None else edges[-1].cursor if edges else None
    return CouponConnection(edges, CouponPage(going_on is not None, end))


async def _person(info: MeguruInfo, municipality: int, wallet_id: ID | None) -> tuple[UUID | None, Claims | None]:
    viewer = info.context.viewer
    if wallet_id is not None:
        named = read(Prefix.WALLET, wallet_id)
        if (
            viewer is None
            or named is None
            or named[0] != municipality
            or await residents.wallet_for(viewer, *named) is None
        ):
            raise NotFoundError
        return await person_of(*named)
    return (None, None) if viewer is None else (viewer.person_id, await claims_of(municipality, viewer.person_id))


def _place(near: Near) -> listing.Near:
    latitude, longitude = near.latitude_microdegrees, near.longitude_microdegrees
    if abs(latitude) > LATITUDE_LIMIT or abs(longitude) > LONGITUDE_LIMIT:
        raise BadPlaceError
    return listing.Near(latitude, longitude, near.within_metres)


def _edge(order: listing.Order, one: Found) -> CouponEdge:
    why = None if one.against is None else WhyNot(one.against)
    return CouponEdge(one.coupon, _cursor(order, one.place), one.metres, one.counts.claimed, why)


def _cursor(order: listing.Order, place: Place) -> str:
    return f"{order.value[0]}.{place.value}.{place.id.hex}"


def _read_cursor(order: listing.Order, unchecked: str) -> Place:
    """A cursor goes on in the order in which it was made."""
    letter, _, rest = unchecked.partition(".")
    value, _, key = rest.partition(".")
    digits = value.isascii() and value.isdigit() and key.isascii() and len(unchecked) <= LONGEST_CURSOR
    if letter != order.value[0] or not digits or len(key) != 32:  # noqa: PLR2004 - hexadecimal digits of a UUID
        raise BadCursorError
    try:
        return Place(min(int(value), 2**62), UUID(hex=key))
    except ValueError as error:
        raise BadCursorError from error


async def create_coupon(info: MeguruInfo, input: CreateCouponInput) -> CreateCouponSuccess:
    """A new coupon with its budget."""
    viewer = actor(info, "createCoupon")
    town = await town_of(input.municipality)
    store = None if input.store_id is None else read(Prefix.STORE, input.store_id)
    if input.store_id is not None and (store is None or store[0] != town):
        raise UnknownPayeeError
    new = creating.NewCoupon(
        CouponKind[input.kind.name],
        input.name_ja,
        input.name_en,
        BorneBy[input.borne_by.name],
        input.starts_at,
        input.ends_at,
        input.claim_required,
        Stacking[input.stacking.name],
        input.returns_on_refund,
        store_id=None if store is None else store[1],
        budget=input.budget,
        rate_bp=input.rate_bp,
        amount=input.amount,
        discount_maximum=input.discount_maximum,
        multiplier_bp=input.multiplier_bp,
        minimum_spend=input.minimum_spend,
        acceptance=acceptance_of(input.acceptance, town),
        eligibility=eligibility_of(input.eligibility),
        stock=input.stock,
        per_person=input.per_person,
        per_day=input.per_day,
    )
    made, posted = await creating.create_coupon(info.context.services, viewer, town, input.idempotency_key, new)
    return CreateCouponSuccess(made, posted.replayed)


async def change_coupon(info: MeguruInfo, input: ChangeCouponInput) -> ChangeCouponSuccess:
    """What may still be changed."""
    viewer = actor(info, "changeCoupon")
    change = changing.Change(input.name_ja, input.name_en, input.ends_at, bool(input.stop_now))
    return ChangeCouponSuccess(
        await changing.change_coupon(info.context.services, viewer, *_coupon_key(input.coupon_id), change)
    )


async def claim_coupon(info: MeguruInfo, input: ClaimCouponInput) -> ClaimCouponSuccess:
    """A person takes a coupon."""
    viewer = actor(info, "claimCoupon")
    municipality, wallet_id = wallet_of(input.wallet)
    info.context.municipality = municipality
    of_town, coupon_id = _coupon_key(input.coupon_id)
    if of_town != municipality:
        raise UnknownCouponError
    store = None if input.store_id is None else read(Prefix.STORE, input.store_id)
    if input.store_id is not None and (store is None or store[0] != municipality):
        raise NotPermittedError
    store_id = None if store is None else store[1]
    what = claiming.Claim(input.idempotency_key, municipality, coupon_id, wallet_id, store_id, input.valid_until)
    posted = await claiming.claim_coupon(info.context.services, viewer, what)
    return ClaimCouponSuccess(
        CouponClaim(journal_of(posted, viewer, Operation.CLAIM_COUPON, wallet_id, store_id)), posted.replayed
    )


async def redeem(info: MeguruInfo, input: RedeemInput) -> RedeemSuccess:
    """A hand-over at the till."""
    viewer = actor(info, "redeem")
    found = read(Prefix.WALLET, input.wallet_id)
    if found is None:
        raise UnknownWalletError
    municipality, wallet_id = found
    info.context.municipality = municipality
    store_id, channel = await payee_of(info.context.services, input.payee, municipality)
    kind, coupon_id, lot = _item(input.item, municipality)
    what = redeeming.Redeem(
        input.idempotency_key, municipality, wallet_id, store_id, kind, coupon_id, lot, channel, input.valid_until
    )
    posted = await redeeming.redeem(info.context.services, viewer, what)
    journal = journal_of(posted, viewer, Operation.REDEEM, wallet_id, store_id)
    return RedeemSuccess(Redemption(journal), balances_after(posted.receipt, sign=-1), posted.replayed)


def _item(item: ItemInput, municipality: int) -> tuple[ItemKind, UUID | None, int | None]:
    if item.coupon_id:
        of_town, key = _coupon_key(item.coupon_id)
        if of_town != municipality:
            raise UnknownCouponError
        return ItemKind.COUPON, key, None
    lot = read_number(Prefix.LOT, item.voucher_id or item.ticket_id or "")
    if lot is None or lot[0] != municipality:
        raise UnknownItemError
    return ItemKind.VOUCHER if item.voucher_id else ItemKind.TICKET, None, lot[1]


async def rollback_redemption(info: MeguruInfo, input: RollbackRedemptionInput) -> RollbackRedemptionSuccess:
    """Undoes a hand-over."""
    viewer = actor(info, "rollbackRedemption")
    found = read(Prefix.JOURNAL, input.redemption_id)
    if found is None:
        raise UnknownRedemptionError
    reason = RollbackReason[input.reason.name]
    posted = await undoing.rollback_redemption(
        info.context.services, viewer, found[0], input.idempotency_key, found[1], reason
    )
    redemption = await journal_by_id(*found)
    if redemption is None:
        raise UnknownRedemptionError
    journal = journal_of(
        posted, viewer, Operation.ROLLBACK_REDEMPTION, redemption.wallet_id, redemption.store_id, reason, redemption.id
    )
    return RollbackRedemptionSuccess(
        RedemptionRollback(journal), balances_after(posted.receipt, sign=1), posted.replayed
    )


def _coupon_key(unchecked: ID) -> tuple[int, UUID]:
    found = read(Prefix.COUPON, unchecked)
    if found is None:
        raise UnknownCouponError
    return found
