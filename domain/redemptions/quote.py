"""Quotes of redemptions: what `redeem` would hand over, and what would remain. Nothing is written."""

from dataclasses import dataclass
from uuid import UUID

from domain.codes.binding import refusal_of
from domain.codes.merchant_code import MerchantCode
from domain.coupons import reads as coupon_reads
from domain.coupons import uses
from domain.coupons.coupon import Coupon, CouponContext, obstacle
from domain.coupons.kinds import CouponKind, Obstacle
from domain.ledger.reads import wallet_accounts
from domain.ledger.refusals import StoreNotAcceptingError, UnknownPayeeError, WalletFrozenError
from domain.programmes.store_rules import StoreRules, with_rules
from domain.redemptions.kinds import ItemKind
from domain.redemptions.redeem import check_units
from domain.redemptions.units import HandOver, LotUnits, hand_over
from domain.residents import reads as residents
from domain.services import Services
from domain.stores import reads as stores
from domain.stores.reads import Store
from domain.viewer import Viewer
from domain.vouchers.reads import unit_of_lot


@dataclass(frozen=True, slots=True)
class RedemptionQuestion:
    """A redemption to quote. The fields are those of `redeem.Redeem`."""

    municipality: int
    wallet_id: UUID
    store_id: UUID
    item: ItemKind
    coupon_id: UUID | None = None
    lot: int | None = None
    units: int | None = None
    code: MerchantCode | None = None


@dataclass(frozen=True, slots=True)
class RedemptionQuote:
    """A redemption that could be made now: of a coupon, or of units of a lot."""

    store: Store
    item: ItemKind
    coupon: Coupon | None = None
    handed: HandOver | None = None


async def quote_redemption(services: Services, viewer: Viewer, question: RedemptionQuestion) -> RedemptionQuote:
    """Return what `redeem` would hand over at this instant, or raise the refusal that it would raise."""
    refusal = refusal_of(question.code, None)
    if refusal is not None:
        raise refusal
    check_units(question.item, question.units)
    municipality = question.municipality
    wallet = await residents.own_wallet(viewer, municipality, question.wallet_id)
    store = await stores.by_id(municipality, question.store_id)
    if store is None:
        raise UnknownPayeeError
    if wallet.frozen:
        raise WalletFrozenError
    if not store.accepting:
        raise StoreNotAcceptingError
    if question.coupon_id is not None:
        return await _of_coupon(services, question, question.coupon_id, store)
    unit = None if question.lot is None else await unit_of_lot(municipality, question.lot)
    wanted = LotUnits(question.item, question.lot or 0, question.units, unit)

    async def run(rules: StoreRules) -> RedemptionQuote:
        now = services.clock()
        accounts = await wallet_accounts(municipality, question.wallet_id, now)
        return RedemptionQuote(store, question.item, handed=hand_over(accounts, wanted, rules, now))

    return await with_rules(services, municipality, question.store_id, (), run)


async def _of_coupon(
    services: Services, question: RedemptionQuestion, coupon_id: UUID, store: Store
) -> RedemptionQuote:
    now = services.clock()
    chosen = await uses.choose(services, question.municipality, question.wallet_id, (coupon_id,))
    [coupon] = chosen.coupons
    if coupon.kind is not CouponKind.FREE_ITEM:
        raise uses.refused(coupon, Obstacle.NOT_FOR_HAND_OVER)
    counted = await coupon_reads.counted(question.municipality, chosen.holders, chosen.person, now)
    reason = obstacle(coupon, CouponContext(now, chosen.claims, counted[coupon.id], store))
    if reason is not None:
        raise uses.refused(coupon, reason)
    return RedemptionQuote(store, question.item, coupon=coupon)
