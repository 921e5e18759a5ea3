"""Claims: a person takes a coupon in the app, at the desk, or at the till of a store that accepts it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.codes.refusals import RENEWED, InvalidCodeError
from domain.coupons import uses
from domain.coupons.coupon import LARGEST, Counts, CouponContext, audience, out_of_period
from domain.coupons.kinds import Obstacle
from domain.coupons.receipts import ClaimedCoupon, StockChange, StockChanges
from domain.coupons.uses import Chosen
from domain.ledger.act import Act
from domain.ledger.book import Book
from domain.ledger.kinds import HolderState, JournalKind, Operation
from domain.ledger.parties import known_wallet, owns, require_not_frozen, serves
from domain.ledger.refusals import UnknownWalletError
from domain.ledger.request import Draft, Facts, Posted, Request, fingerprint
from domain.municipalities import reads as municipalities
from domain.refusals import NotPermittedError
from domain.services import Services
from domain.stores.reads import STORES, Store
from domain.viewer import Relation, Viewer


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim. `store_id`: the store at whose till it is made; None: by the wallet's people, or at the desk.

    code_ended: whether the wallet was named by a receive code that was renewed.
    """

    key: UUID
    municipality: int
    coupon_id: UUID
    wallet_id: UUID
    store_id: UUID | None = None
    valid_until: datetime | None = None
    code_ended: bool = False


async def claim_coupon(services: Services, viewer: Viewer, claim: Claim) -> Posted:
    """Claim a coupon or raise a refusal.

    Where a coupon must be claimed before use, the claim takes it from the stock and is good for one use.
    """
    chosen = await uses.choose(services, claim.municipality, claim.wallet_id, (claim.coupon_id,))
    store = None if claim.store_id is None else await services.shared(STORES).of((claim.municipality, claim.store_id))
    if claim.store_id is not None and store is None:
        raise NotPermittedError
    town = await municipalities.by_id(claim.municipality)
    if town is None:
        raise NotPermittedError
    request = _request(viewer, claim, chosen, store, town.desk_id)
    if claim.code_ended:
        return await services.ledger.answer(request, otherwise=InvalidCodeError(RENEWED))
    return await services.ledger.post(request)


def _request(viewer: Viewer, claim: Claim, chosen: Chosen, store: Store | None, desk: UUID) -> Request:
    [coupon] = chosen.coupons

    act = Act(claim.wallet_id, note=viewer.reason, after={"coupon": str(coupon.id)})

    def plan(book: Book, at: datetime) -> Draft:
        own = _check_parties(book, viewer, claim, desk)
        if store is not None and not coupon.acceptance.accepts(store):
            raise uses.refused(coupon, Obstacle.OTHER_SHOP)
        of_wallet = store is None or owns(book, claim.municipality, claim.wallet_id, viewer)
        draft = _plan(book, claim, chosen, at, of_wallet=of_wallet)
        return replace(draft, act=None if own else act)

    return Request(
        municipality=claim.municipality,
        actor=viewer.person_id,
        operation=Operation.CLAIM_COUPON,
        key=claim.key,
        input_hash=fingerprint(coupon=claim.coupon_id, wallet=claim.wallet_id, store=claim.store_id),
        kind=JournalKind.COUPON_CLAIM,
        holders=(claim.wallet_id, coupon.id),
        plan=plan,
        access=(claim.wallet_id, desk if claim.store_id is None else claim.store_id),
        guards=(coupon.claims_guard(chosen.person), coupon.stock_guard),
        valid_until=claim.valid_until,
        facts=Facts(wallet_id=claim.wallet_id, store_id=claim.store_id, programme_id=coupon.id, client=viewer.client),
    )


def _check_parties(book: Book, viewer: Viewer, claim: Claim, desk: UUID) -> bool:
    """Return whether the wallet is the viewer's own, and not at a counter. NotPermittedError, UnknownWalletError."""
    wallet = known_wallet(book, claim.municipality, claim.wallet_id)
    own = owns(book, claim.municipality, claim.wallet_id, viewer)
    if claim.store_id is not None:
        if not serves(book, claim.municipality, claim.store_id, viewer):
            raise NotPermittedError
    elif not own and not book.may(claim.municipality, desk, viewer.person_id, viewer.relations(Relation.DESK)):
        raise UnknownWalletError
    require_not_frozen(wallet)
    return own and claim.store_id is None


def _plan(book: Book, claim: Claim, chosen: Chosen, at: datetime, *, of_wallet: bool) -> Draft:
    """Plan the claim, or refuse it. of_wallet: False for a store's till, which is not told what is the person's."""
    [coupon] = chosen.coupons
    holder = book.holder(claim.municipality, coupon.id)
    claims = book.guard(coupon.claims_guard(chosen.person), coupon.claims_ceiling)
    stock = book.guard(coupon.stock_guard, coupon.stock or LARGEST)
    counts = Counts(stock.value, claimed=claims.value, stopped=holder is None or holder.state != HolderState.ACTIVE)
    context = CouponContext(at, chosen.claims, counts)
    reason = out_of_period(coupon, context) or audience(coupon, context)
    if reason is None and claims.value >= coupon.claims_ceiling:
        reason = Obstacle.PERSON_LIMIT if coupon.claim_required else Obstacle.CLAIMED_ALREADY
    if reason is None and coupon.stock is not None and stock.value >= coupon.stock:
        reason = Obstacle.STOCK_GONE
    if reason is not None:
        raise uses.refused_to(coupon, reason, of_wallet=of_wallet)
    takes = coupon.claim_required
    return Draft(
        amount=0,
        sections=[ClaimedCoupon(coupon.id), StockChanges((StockChange(coupon.id, 1),) if takes else ())],
        guards=[(claims, 1), *([(stock, 1)] if takes else [])],
        counterparties={claim.wallet_id: coupon.id, coupon.id: claim.wallet_id},
    )
