"""Coupons in a payment or hand-over: read before the locks, decided and counted under the coupons' locks.

choose(...) -> Chosen            the coupons and the person; without coupons, nothing is read or locked
used(...) -> CouponUses          pure: the discount of each coupon, or its refusal; shared by `quotePayment` and `pay`
CouponDiscount, CouponCosts      parts of a payment: the discount, before lots are chosen, and the budgets that bear it
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from domain.conditions.acceptance import StoreFacts
from domain.conditions.eligibility import Claims
from domain.coupons import reads
from domain.coupons.coupon import Counts, Coupon, CouponContext, obstacle
from domain.coupons.kinds import OF_PERSON, USED_UP, CouponKind, Obstacle, Stacking
from domain.coupons.reads import COUPONS, NOBODY
from domain.coupons.receipts import CouponUse, CouponUses, Discounted, StockChange, StockChanges
from domain.coupons.refusals import CouponNotUsableError, CouponUsedUpError, UnknownCouponError
from domain.identifiers import Prefix, encode
from domain.ledger.book import Book
from domain.ledger.kinds import AccountKind, GuardKind, HolderState
from domain.ledger.part import Part
from domain.ledger.request import Draft, GuardKey, effective_on
from domain.refusals import InvalidInputError, Refusal
from domain.residents.reads import PERSONS
from domain.services import Services

LIMIT = 5
"""The most coupons of one payment."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The coupons of one request, in the order in which they apply, and the person who uses them.

    days: the civil days whose guards may be moved.
    """

    coupons: tuple[Coupon, ...] = ()
    person: UUID = NOBODY
    claims: Claims | None = None
    days: tuple[date, ...] = ()

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The coupons, whose locks are needed."""
        return tuple(coupon.id for coupon in self.coupons)

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The guards to read. Midnight may pass before the locks are taken, so those of the next day are included."""
        guards = {key for coupon in self.coupons for day in self.days for key, _ in coupon.use_guards(self.person, day)}
        guards |= {coupon.stock_guard for coupon in self.coupons if coupon.stock is not None}
        guards |= {coupon.claims_guard(self.person) for coupon in self.coupons if coupon.claim_required}
        return tuple(guards)

    def require_points(self, *, earned: bool) -> None:
        """Refuse a coupon that multiplies points in a payment that earns none: its use would be wasted."""
        useless = next((coupon for coupon in self.coupons if coupon.kind is CouponKind.POINTS_MULTIPLIER), None)
        if useless is not None and not earned:
            raise refused(useless, Obstacle.NO_POINTS)

    @property
    def ids(self) -> list[str] | None:
        """The coupons for the input's hash; None without coupons, which keeps the hash of a payment without them."""
        return sorted(str(coupon.id) for coupon in self.coupons) or None


NONE_CHOSEN = Chosen()


async def choose(services: Services, municipality: int, wallet_id: UUID, ids: Sequence[UUID]) -> Chosen:
    """Read the coupons that a request names. Without any, nothing is read.

    Coupons are cached for some seconds: of their rules only the end can change, to an earlier one, and a stop is read
    under the coupon's lock. UnknownCouponError; InvalidInputError for more than LIMIT, or one named twice.
    """
    if not ids:
        return NONE_CHOSEN
    if len(ids) > LIMIT or len(set(ids)) < len(ids):
        raise InvalidInputError("coupon_ids", "COUPONS_OF_PAYMENT")
    cached = services.shared(COUPONS)
    coupons = [coupon for key in ids if (coupon := await cached.of((municipality, key))) is not None]
    if len(coupons) < len(ids):
        raise UnknownCouponError
    person, claims = await services.shared(PERSONS).of((municipality, wallet_id))
    today = effective_on(services.clock())
    in_order = tuple(sorted(coupons, key=lambda coupon: (coupon.kind, coupon.id)))
    return Chosen(in_order, person, claims, (today, today + timedelta(days=1)))


def refused(coupon: Coupon, reason: Obstacle) -> Refusal:
    """Make the refusal of a coupon: stored where guards or the budget decide, unstored otherwise."""
    public = encode(Prefix.COUPON, coupon.municipality, coupon.id)
    return CouponUsedUpError(public, reason.value) if reason in USED_UP else CouponNotUsableError(public, reason.value)


def refused_to(coupon: Coupon, reason: Obstacle, *, of_wallet: bool) -> Refusal:
    """Make the refusal for who asks. of_wallet: whether they may be told what it says of the wallet's person."""
    return refused(coupon, reason if of_wallet or reason not in OF_PERSON else Obstacle.NOT_FOR_PERSON)


def used(chosen: Chosen, counted: Mapping[UUID, Counts], store: StoreFacts, amount: int, at: datetime) -> CouponUses:
    """Compute the discounts on a list price, each on what the coupons before it left. Whole units.

    Raises the refusal of the first coupon that cannot be used.
    """
    left, uses = amount, []
    for coupon in chosen.coupons:
        context = CouponContext(at=at, claims=chosen.claims, counts=counted[coupon.id], store=store, amount=amount)
        reason = _obstacle_in_payment(coupon, chosen, context)
        if reason is not None:
            raise refused(coupon, reason)
        discount = coupon.discount(left)
        if coupon.kind is not CouponKind.POINTS_MULTIPLIER and not discount:
            raise refused(coupon, Obstacle.NO_DISCOUNT)
        if coupon.from_budget and discount > counted[coupon.id].budget_left:
            raise refused(coupon, Obstacle.BUDGET_SPENT)
        left -= discount
        uses.append(use_of(coupon, discount))
    return CouponUses(tuple(uses), chosen.person, effective_on(at))


def use_of(coupon: Coupon, discount: int) -> CouponUse:
    """Make the line of the receipt for a coupon. `discount` in whole units."""
    return CouponUse(
        coupon=coupon.id,
        kind=coupon.kind,
        discount=discount,
        borne_by=coupon.borne_by,
        multiplier_bp=coupon.multiplier_bp,
    )


def _obstacle_in_payment(coupon: Coupon, chosen: Chosen, context: CouponContext) -> Obstacle | None:
    if coupon.kind is CouponKind.FREE_ITEM:
        return Obstacle.NOT_FOR_PAYMENT
    if len(chosen.coupons) > 1 and coupon.stacking is Stacking.ALONE:
        return Obstacle.NOT_STACKABLE
    return obstacle(coupon, context)


def counted_in(book: Book, chosen: Chosen, at: datetime) -> dict[UUID, Counts]:
    """Read the counts of the coupons from the book, as of this point of the batch."""
    return {coupon.id: _counted(book, coupon, chosen.person, at) for coupon in chosen.coupons}


def _counted(book: Book, coupon: Coupon, person: UUID, at: datetime) -> Counts:
    def value(key: GuardKey) -> int:
        return book.guards[key].value if key in book.guards else 0

    by_kind = {key[1]: value(key) for key, _ in coupon.use_guards(person, effective_on(at))}
    holder = book.holder(coupon.municipality, coupon.id)
    budget = (
        book.plain(coupon.municipality, AccountKind.BUDGET, coupon.id, coupon.asset).available
        if coupon.from_budget
        else 0
    )
    return Counts(
        taken=value(coupon.stock_guard),
        used=by_kind.get(GuardKind.COUPON_PERSON, 0),
        used_today=by_kind.get(GuardKind.COUPON_DAY, 0),
        claimed=value(coupon.claims_guard(person)),
        budget_left=budget,
        stopped=holder is None or holder.state != HolderState.ACTIVE,
    )


async def used_now(chosen: Chosen, municipality: int, store: StoreFacts, amount: int, at: datetime) -> CouponUses:
    """Compute the discounts without locks and without writing anything: for quotes."""
    counted = await reads.counted(municipality, chosen.holders, chosen.person, at) if chosen.coupons else {}
    return used(chosen, counted, store, amount, at)


@dataclass(frozen=True, slots=True)
class CouponDiscount(Part):
    """The discount on the list price of a payment, decided before its lots are chosen. `amount` in whole units."""

    chosen: Chosen
    store: StoreFacts
    amount: int

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The coupons whose budgets and guards may change."""
        return self.chosen.holders

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The guards of the coupons."""
        return self.chosen.guards

    def apply(self, book: Book, draft: Draft, at: datetime) -> None:
        """Add the uses, or raise the refusal of the first coupon that cannot be used."""
        if self.chosen.coupons:
            counted = counted_in(book, self.chosen, at)
            draft.sections.append(used(self.chosen, counted, self.store, self.amount, at))


@dataclass(frozen=True, slots=True)
class CouponCosts(Part):
    """The costs of coupons: discounts from the budgets of those that the municipality bears, and one use of each.

    The coupons are locked by `CouponDiscount`. Applied after the draft has the amount that the wallet pays.
    """

    chosen: Chosen
    store_id: UUID

    def apply(self, book: Book, draft: Draft, _at: datetime) -> None:
        """Add the moves, the guards, the amount that may be refunded, and the changes of stock."""
        uses = draft.find(CouponUses)
        if uses is None:
            return
        for coupon, use in zip(self.chosen.coupons, uses.uses, strict=True):
            if coupon.from_budget:
                budget = book.plain(coupon.municipality, AccountKind.BUDGET, coupon.id, coupon.asset)
                payable = book.plain(coupon.municipality, AccountKind.PAYABLE, self.store_id, coupon.asset)
                draft.moves.append((budget, payable, use.discount))
        # The wallet's part and the discount: the list price less what is paid in cash.
        draft.sections.append(Discounted(uses.discount, draft.amount + uses.discount))
        count(book, draft, self.chosen, self.store_id, uses.day)


def count(book: Book, draft: Draft, chosen: Chosen, store_id: UUID, day: date) -> None:
    """Count one use of each coupon: its guards, its stock, and the event of its holder."""
    for coupon in chosen.coupons:
        draft.counterparties.setdefault(coupon.id, store_id)
        draft.guards += [(book.guard(key, ceiling), 1) for key, ceiling in coupon.use_guards(chosen.person, day)]
    stocks = tuple(StockChange(coupon.id, 1) for coupon in chosen.coupons if not coupon.claim_required)
    draft.sections.append(StockChanges(stocks))
