"""Redemption at the till: of a coupon for an item, or of units of a voucher or ticket. Both sides get live events.

A coupon may be redeemed by the wallet's people or by the store's staff, because no value moves. Vouchers and tickets
are value, which moves only at the request of the wallet's people.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.codes.binding import require_allowed
from domain.codes.merchant_code import MerchantCode
from domain.coupons import uses
from domain.coupons.coupon import CouponContext, obstacle
from domain.coupons.kinds import CouponKind, Obstacle
from domain.coupons.receipts import CouponUses
from domain.coupons.uses import NONE_CHOSEN, Chosen
from domain.ledger.act import Act
from domain.ledger.book import Book
from domain.ledger.kinds import AccountKind, Channel, JournalKind, Operation
from domain.ledger.parties import owns, require_payment
from domain.ledger.request import Draft, Facts, Posted, Request, RequestKey, effective_on, fingerprint
from domain.payments.pay import balances_after
from domain.programmes.store_rules import StoreRules, with_rules
from domain.redemptions.kinds import ItemKind
from domain.redemptions.receipts import HandedOver
from domain.redemptions.units import LotUnits, hand_over
from domain.refusals import InvalidInputError
from domain.services import Services
from domain.viewer import Viewer
from domain.vouchers.reads import unit_of_lot


@dataclass(frozen=True, slots=True)
class Redeem:
    """A redemption: of a coupon by `coupon_id`, or of units of the `lot` of a voucher or ticket.

    units: how many; None for a coupon, and for a lot that is exactly one unit.
    code: what was scanned, if anything was; one with an amount is for a payment only.
    """

    key: UUID
    municipality: int
    wallet_id: UUID
    store_id: UUID
    item: ItemKind
    coupon_id: UUID | None = None
    lot: int | None = None
    units: int | None = None
    channel: Channel = Channel.APP
    valid_until: datetime | None = None
    code: MerchantCode | None = None


async def redeem(services: Services, viewer: Viewer, redemption: Redeem) -> Posted:
    """Redeem the item or raise a refusal; nothing in between."""
    key = RequestKey(redemption.municipality, viewer.person_id, Operation.REDEEM, redemption.key)
    await require_allowed(services, key, redemption.code, None)
    check_units(redemption.item, redemption.units)
    named = () if redemption.coupon_id is None else (redemption.coupon_id,)
    chosen = await uses.choose(services, redemption.municipality, redemption.wallet_id, named)

    unit = None if redemption.lot is None else await unit_of_lot(redemption.municipality, redemption.lot)

    async def run(rules: StoreRules) -> Posted:
        return await services.ledger.post(_request(viewer, redemption, rules, chosen, unit))

    return await with_rules(services, redemption.municipality, redemption.store_id, (), run)


def check_units(item: ItemKind, units: int | None) -> None:
    """Raise InvalidInputError for units of a coupon, and for fewer than one."""
    if units is not None and (item is ItemKind.COUPON or units < 1):
        raise InvalidInputError("units", "UNITS_OF_VALUE" if item is ItemKind.COUPON else "POSITIVE")


def _request(viewer: Viewer, redemption: Redeem, rules: StoreRules, chosen: Chosen, unit: int | None) -> Request:
    def plan(book: Book, at: datetime) -> Draft:
        return (
            _redeem_value(book, viewer, redemption, rules, unit, at)
            if chosen is NONE_CHOSEN
            else _redeem_coupon(book, viewer, redemption, rules, chosen, at)
        )

    return Request(
        municipality=redemption.municipality,
        actor=viewer.person_id,
        operation=Operation.REDEEM,
        key=redemption.key,
        input_hash=fingerprint(
            wallet=redemption.wallet_id,
            store=redemption.store_id,
            item=redemption.item.value,
            coupon=redemption.coupon_id,
            lot=redemption.lot,
            units=redemption.units,
        ),
        kind=JournalKind.REDEMPTION,
        holders=(redemption.wallet_id, redemption.store_id, *chosen.holders),
        plan=plan,
        access=(redemption.wallet_id, redemption.store_id),
        guards=chosen.guards,
        valid_until=redemption.valid_until,
        facts=Facts(
            wallet_id=redemption.wallet_id,
            store_id=redemption.store_id,
            programme_id=redemption.coupon_id,
            channel=redemption.channel,
            client=viewer.client,
        ),
    )


def _redeem_coupon(
    book: Book, viewer: Viewer, redemption: Redeem, rules: StoreRules, chosen: Chosen, at: datetime
) -> Draft:
    require_payment(book, redemption.municipality, redemption.wallet_id, redemption.store_id, viewer, staff_may=True)
    [coupon] = chosen.coupons
    if coupon.kind is not CouponKind.FREE_ITEM:
        raise uses.refused(coupon, Obstacle.NOT_FOR_HAND_OVER)
    counts = uses.counted_in(book, chosen, at)[coupon.id]
    reason = obstacle(coupon, CouponContext(at, chosen.claims, counts, rules.store))
    if reason is not None:
        own = owns(book, redemption.municipality, redemption.wallet_id, viewer)
        raise uses.refused_to(coupon, reason, of_wallet=own)
    used = CouponUses((uses.use_of(coupon, 0),), chosen.person, effective_on(at))
    by_staff = not owns(book, redemption.municipality, redemption.wallet_id, viewer)
    draft = Draft(
        sections=[HandedOver(redemption.item), used],
        counterparties=_counterparties(redemption),
        act=Act(redemption.wallet_id, note=viewer.reason, after={"coupon": str(coupon.id)}) if by_staff else None,
    )
    uses.count(book, draft, chosen, redemption.store_id, used.day)
    return draft


def _redeem_value(
    book: Book, viewer: Viewer, redemption: Redeem, rules: StoreRules, unit: int | None, at: datetime
) -> Draft:
    town, wallet_id = redemption.municipality, redemption.wallet_id
    require_payment(book, town, wallet_id, redemption.store_id, viewer)
    wanted = LotUnits(redemption.item, redemption.lot or 0, redemption.units, unit)
    handed = hand_over(book.wallet_lots(town, wallet_id), wanted, rules, at)
    account, amount = handed.account, handed.amount
    return Draft(
        amount=amount,
        lots=[account.portion(amount)],
        balances=balances_after(book, town, wallet_id, [(account, amount)]),
        sections=[HandedOver(redemption.item, handed.units)],
        moves=[(account, book.plain(town, AccountKind.PAYABLE, redemption.store_id, account.asset), amount)],
        counterparties=_counterparties(redemption),
    )


def _counterparties(redemption: Redeem) -> dict[UUID, UUID]:
    return {redemption.wallet_id: redemption.store_id, redemption.store_id: redemption.wallet_id}
