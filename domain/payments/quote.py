"""Quotes of payments, by the planner of `pay`. Nothing is written."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assets.limits import check_amount, payment_maximum
from domain.assets.lots import opens_no_lot
from domain.codes.binding import refusal_of
from domain.codes.merchant_code import MerchantCode
from domain.coupons import uses as coupons
from domain.coupons.coupon import Coupon
from domain.coupons.uses import Chosen
from domain.ledger import spend_order
from domain.ledger.book import Account
from domain.ledger.kept_away import KeptAway
from domain.ledger.reads import wallet_totals
from domain.ledger.refusals import StoreNotAcceptingError, UnknownPayeeError, WalletFrozenError
from domain.payments.pay import allocation, token_of
from domain.points.earn import Granted, earner_at, limits_now, spent_of
from domain.programmes.store_rules import StoreRules, with_rules
from domain.residents import reads as residents
from domain.residents.reads import Wallet
from domain.services import Services
from domain.stores import reads as stores
from domain.stores.reads import Store
from domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class QuotedPart:
    """The part of a quoted payment that one lot would pay. Whole units."""

    municipality: int
    asset: int
    lot: int
    amount: int
    expires_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A payment that could be made now. `amount`: the list price less the coupons' discount. Whole units.

    available_after: what further payments could use. kept_away: other value of the wallet, with the rule against it.
    """

    wallet: Wallet
    store: Store
    amount: int
    available_after: int
    cash_due: int
    token: str
    parts: tuple[QuotedPart, ...]
    points: tuple[Granted, ...]
    list_amount: int
    coupons: tuple[tuple[Coupon, int], ...]
    kept_away: tuple[KeptAway, ...]


@dataclass(frozen=True, slots=True)
class PaymentQuestion:
    """A payment to quote. The fields are those of `pay.Pay`."""

    municipality: int
    wallet_id: UUID
    store_id: UUID
    amount: int
    excluded: tuple[int, ...] = ()
    rest_in_cash: bool = False
    coupons: tuple[UUID, ...] = ()
    code: MerchantCode | None = None


@opens_no_lot
async def quote(services: Services, viewer: Viewer, question: PaymentQuestion) -> Quote:
    """Return the allocation that `pay` would make at this instant, or raise the refusal that it would raise."""
    refusal = refusal_of(question.code, question.amount)
    if refusal is not None:
        raise refusal
    check_amount(question.amount, await payment_maximum(services, question.municipality))
    wallet = await residents.own_wallet(viewer, question.municipality, question.wallet_id)
    store = await stores.by_id(question.municipality, question.store_id)
    if store is None:
        raise UnknownPayeeError
    if wallet.frozen:
        raise WalletFrozenError
    if not store.accepting:
        raise StoreNotAcceptingError

    chosen = await coupons.choose(services, question.municipality, question.wallet_id, question.coupons)

    async def run(rules: StoreRules) -> Quote:
        return await _quote(services, question, wallet, store, rules, chosen)

    return await with_rules(services, question.municipality, question.store_id, question.excluded, run)


async def _quote(
    services: Services, question: PaymentQuestion, wallet: Wallet, store: Store, rules: StoreRules, chosen: Chosen
) -> Quote:
    now = services.clock()
    used = await coupons.used_now(chosen, question.municipality, rules.store, question.amount, now)
    due = question.amount - used.discount
    accounts, totals = await wallet_totals(question.municipality, question.wallet_id, now)
    taken, missing = allocation(accounts, due, rules, now, rest_in_cash=question.rest_in_cash)
    reasons = spend_order.reasons([lot for lot, _ in taken], rules)
    parts = tuple(
        QuotedPart(
            municipality=question.municipality,
            asset=lot.asset,
            lot=lot.lot,
            amount=part,
            expires_at=lot.expires_at,
            reason=reason,
        )
        for (lot, part), reason in zip(taken, reasons, strict=True)
    )
    lots = spend_order.spendable(accounts, now, rules)
    points = await _points(services, rules, question.wallet_id, totals, taken, used.multiplier_bp, now)
    chosen.require_points(earned=bool(points))
    return Quote(
        wallet=wallet,
        store=store,
        amount=due,
        available_after=spend_order.left_after(lots, taken, rules),
        cash_due=missing,
        token=token_of(taken, missing, used),
        parts=parts,
        points=points,
        list_amount=question.amount,
        kept_away=spend_order.kept_away(accounts, now, rules, taken, missing),
        coupons=tuple(zip(chosen.coupons, (use.discount for use in used.uses), strict=True)),
    )


async def _points(
    services: Services,
    rules: StoreRules,
    wallet_id: UUID,
    totals: dict[int, int],
    taken: list[tuple[Account, int]],
    multiplier_bp: int,
    now: datetime,
) -> tuple[Granted, ...]:
    """Return the points that the payment would earn now. A budget may be used up before the payment is made."""
    earner = await earner_at(services, rules.store, wallet_id, now)
    if earner is None:
        return ()
    spent = spent_of(lot.portion(part) for lot, part in taken)
    after = {asset: totals.get(asset, 0) - spent.get(asset, 0) for asset in rules.assets}
    return tuple(earner.granted(spent, now, await limits_now(earner, after), multiplier_bp))
