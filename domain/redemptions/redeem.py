"""Redemption at the till: of a coupon for an item, or of a whole voucher or ticket. Both sides get live events.

A coupon may be redeemed by the wallet's people or by the store's staff, because no value moves. Vouchers and tickets
are value, which moves only at the request of the wallet's people.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assets.kinds import AssetKind
from domain.codes.binding import require_allowed
from domain.codes.merchant_code import MerchantCode
from domain.coupons import uses
from domain.coupons.coupon import CouponContext, obstacle
from domain.coupons.kinds import CouponKind, Obstacle
from domain.coupons.receipts import CouponUses
from domain.coupons.uses import NONE_CHOSEN, Chosen
from domain.ledger.book import Account, Book
from domain.ledger.kinds import AccountKind, Channel, JournalKind, Operation
from domain.ledger.parties import require_payment
from domain.ledger.request import Draft, Facts, Posted, Request, RequestKey, effective_on, fingerprint
from domain.payments.pay import balances_after
from domain.programmes.store_rules import StoreRules, with_rules
from domain.redemptions.kinds import ItemKind
from domain.redemptions.receipts import HandedOver
from domain.redemptions.refusals import ItemNotUsableError, UnknownItemError
from domain.services import Services
from domain.viewer import Viewer

KINDS = {ItemKind.VOUCHER: AssetKind.VOUCHER, ItemKind.TICKET: AssetKind.GIFT_TICKET}


@dataclass(frozen=True, slots=True)
class Redeem:
    """A redemption: of a coupon by `coupon_id`, or of the `lot` of a voucher or ticket.

    code: what was scanned, if anything was; one with an amount is for a payment only.
    """

    key: UUID
    municipality: int
    wallet_id: UUID
    store_id: UUID
    item: ItemKind
    coupon_id: UUID | None = None
    lot: int | None = None
    channel: Channel = Channel.APP
    valid_until: datetime | None = None
    code: MerchantCode | None = None


async def redeem(services: Services, viewer: Viewer, redemption: Redeem) -> Posted:
    """Redeem the item or raise a refusal; nothing in between."""
    key = RequestKey(redemption.municipality, viewer.person_id, Operation.REDEEM, redemption.key)
    await require_allowed(services, key, redemption.code, None)
    named = () if redemption.coupon_id is None else (redemption.coupon_id,)
    chosen = await uses.choose(services, redemption.municipality, redemption.wallet_id, named)

    async def run(rules: StoreRules) -> Posted:
        return await services.ledger.post(_request(viewer, redemption, rules, chosen))

    return await with_rules(services, redemption.municipality, redemption.store_id, (), run)


def _request(viewer: Viewer, redemption: Redeem, rules: StoreRules, chosen: Chosen) -> Request:
    def plan(book: Book, at: datetime) -> Draft:
        return (
            _redeem_value(book, viewer, redemption, rules, at)
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
        raise uses.refused(coupon, reason)
    used = CouponUses((uses.use_of(coupon, 0),), chosen.person, effective_on(at))
    draft = Draft(sections=[HandedOver(redemption.item), used], counterparties=_counterparties(redemption))
    uses.count(book, draft, chosen, redemption.store_id, used.day)
    return draft


def _redeem_value(book: Book, viewer: Viewer, redemption: Redeem, rules: StoreRules, at: datetime) -> Draft:
    town = redemption.municipality
    require_payment(book, town, redemption.wallet_id, redemption.store_id, viewer)
    account = _lot_of(book, redemption, rules)
    reason = _obstacle(account, rules, at)
    if reason is not None:
        raise ItemNotUsableError(reason.value)
    taken = [(account, account.posted)]
    return Draft(
        amount=account.posted,
        lots=[account.portion(account.posted)],
        balances=balances_after(book, town, redemption.wallet_id, taken),
        sections=[HandedOver(redemption.item)],
        moves=[(account, book.plain(town, AccountKind.PAYABLE, redemption.store_id, account.asset), account.posted)],
        counterparties=_counterparties(redemption),
    )


def _lot_of(book: Book, redemption: Redeem, rules: StoreRules) -> Account:
    """Find the wallet's account of the lot; a lot has at most one account in a wallet. UnknownItemError."""
    for account in book.wallet_lots(redemption.municipality, redemption.wallet_id):
        if account.lot == redemption.lot and account.posted and rules.asset(account).kind is KINDS[redemption.item]:
            return account
    raise UnknownItemError


def _obstacle(account: Account, rules: StoreRules, at: datetime) -> Obstacle | None:
    if account.held:
        return Obstacle.SET_ASIDE
    if account.expires_at is not None and at >= account.expires_at:
        return Obstacle.ENDED
    if account.usable_from is not None and at < account.usable_from:
        return Obstacle.NOT_STARTED
    return None if rules.usable(account, at) else Obstacle.OTHER_SHOP


def _counterparties(redemption: Redeem) -> dict[UUID, UUID]:
    return {redemption.wallet_id: redemption.store_id, redemption.store_id: redemption.wallet_id}
