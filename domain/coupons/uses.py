"""Coupons in a payment or hand-over: read before the ledger is asked, decided and counted under the coupons' locks.

choose(...) -> Chosen            which coupons, and whose counters; without coupons nothing is read, nobody is locked
used(...) -> CouponUses          pure: what each takes off, or the refusal; `quotePayment` and `pay` share it
CouponDiscount, CouponCosts      the parts of a payment: what is taken off before its lots are chosen, and who bears it
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from domain.conditions.acceptance import StoreFacts
from domain.conditions.eligibility import Claims
from domain.coupons import reads
from domain.coupons.coupon import Counts, Coupon, Seen, obstacle
from domain.coupons.kinds import USED_UP, CouponKind, Obstacle, Stacking
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
"""Coupons of one payment."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Coupons of one request in the order in which they are taken off, and the person whose counters they move."""

    coupons: tuple[Coupon, ...] = ()
    person: UUID = NOBODY
    claims: Claims | None = None
    days: tuple[date, ...] = ()

    @property
    def holders(self) -> tuple[UUID, ...]:
        """Whose locks are needed."""
        return tuple(coupon.id for coupon in self.coupons)

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The counters to be read. Midnight may pass until the locks are there, so the next day's are read too."""
        found = {key for coupon in self.coupons for day in self.days for key, _ in coupon.use_guards(self.person, day)}
        found |= {coupon.stock_guard for coupon in self.coupons if coupon.stock is not None}
        found |= {coupon.claims_guard(self.person) for coupon in self.coupons if coupon.claim_required}
        return tuple(found)

    def require_points(self, *, earned: bool) -> None:
        """Nobody gives away a coupon that multiplies nothing.

        Refuses the first such coupon of a payment that earns nothing.
        """
        useless = next((coupon for coupon in self.coupons if coupon.kind is CouponKind.POINTS_MULTIPLIER), None)
        if useless is not None and not earned:
            raise refused(useless, Obstacle.NO_POINTS)

    @property
    def ids(self) -> list[str] | None:
        """For the input's hash; None without coupons, so that a payment without them hashes as ever."""
        return sorted(str(coupon.id) for coupon in self.coupons) or None


NONE_CHOSEN = Chosen()


async def choose(services: Services, municipality: int, wallet_id: UUID, ids: Sequence[UUID]) -> Chosen:
    """The coupons of a town that a request names, at most LIMIT; UnknownCouponError. Without any, nothing is read.

    A coupon is remembered for some seconds: of its rules only an earlier end can change, and a stop is seen under its
    lock.
    """
    if not ids:
        return NONE_CHOSEN
    if len(ids) > LIMIT or len(set(ids)) < len(ids):
        raise InvalidInputError("coupon_ids", "COUPONS_OF_PAYMENT")
    found = [coupon for one in ids if (coupon := await services.shared(COUPONS).of((municipality, one))) is not None]
    if len(found) < len(ids):
        raise UnknownCouponError
    person, claims = await services.shared(PERSONS).of((municipality, wallet_id))
    today = effective_on(services.clock())
    return Chosen(
        tuple(sorted(found, key=lambda one: (one.kind, one.id))), person, claims, (today, today + timedelta(days=1))
    )


def refused(coupon: Coupon, reason: Obstacle) -> Refusal:
    """The refusal of a coupon: final where counters or the budget decide, and not otherwise."""
    public = encode(Prefix.COUPON, coupon.municipality, coupon.id)
    return CouponUsedUpError(public, reason.value) if reason in USED_UP else CouponNotUsableError(public, reason.value)


def used(chosen: Chosen, counted: Mapping[UUID, Counts], store: StoreFacts, amount: int, at: datetime) -> CouponUses:
    """What the coupons take off a list price, each of what the ones before it left.

    Or the refusal of the first that does not serve.
    """
    left, uses = amount, []
    for coupon in chosen.coupons:
        reason = _against(coupon, chosen, Seen(at, chosen.claims, counted[coupon.id], store, amount))
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
    """What the receipt keeps of a coupon that takes something off. Whole units."""
    return CouponUse(coupon.id, coupon.kind, discount, coupon.borne_by, coupon.multiplier_bp)


def _against(coupon: Coupon, chosen: Chosen, seen: Seen) -> Obstacle | None:
    if coupon.kind is CouponKind.FREE_ITEM:
        return Obstacle.NOT_FOR_PAYMENT
    if len(chosen.coupons) > 1 and coupon.stacking is Stacking.ALONE:
        return Obstacle.NOT_STACKABLE
    return obstacle(coupon, seen)


def counted_in(book: Book, chosen: Chosen, at: datetime) -> dict[UUID, Counts]:
    """What is counted of the coupons at this point of the batch."""
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
        value(coupon.stock_guard),
        by_kind.get(GuardKind.COUPON_PERSON, 0),
        by_kind.get(GuardKind.COUPON_DAY, 0),
        value(coupon.claims_guard(person)),
        budget,
        stopped=holder is None or holder.state != HolderState.ACTIVE,
    )


async def used_now(chosen: Chosen, municipality: int, store: StoreFacts, amount: int, at: datetime) -> CouponUses:
    """The same without locks and without a trace, for quotes."""
    counted = await reads.counted(municipality, chosen.holders, chosen.person, at) if chosen.coupons else {}
    return used(chosen, counted, store, amount, at)


@dataclass(frozen=True, slots=True)
class CouponDiscount(Part):
    """Decides what coupons take off the list price of a payment, before its lots are chosen. Whole units."""

    chosen: Chosen
    store: StoreFacts
    amount: int

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The coupons."""
        return self.chosen.holders

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """Their counters."""
        return self.chosen.guards

    def apply(self, book: Book, draft: Draft, at: datetime) -> None:
        """Adds the uses, or raises the refusal of the first coupon that does not serve."""
        if self.chosen.coupons:
            counted = counted_in(book, self.chosen, at)
            draft.sections.append(used(self.chosen, counted, self.store, self.amount, at))


@dataclass(frozen=True, slots=True)
class CouponCosts(Part):
    """What coupons took off a payment: out of the budgets of those that the town bears, and one use of each.

    Its coupons are locked by `CouponDiscount`. Applied once the draft has what the wallet pays.
    """

    chosen: Chosen
    store_id: UUID

    def apply(self, book: Book, draft: Draft, _at: datetime) -> None:
        """Adds moves, counters, what may be given back, and how the stock moves."""
        uses = draft.find(CouponUses)
        if uses is None:
            return
        for coupon, use in zip(self.chosen.coupons, uses.uses, strict=True):
            if coupon.from_budget:
                budget = book.plain(coupon.municipality, AccountKind.BUDGET, coupon.id, coupon.asset)
                payable = book.plain(coupon.municipality, AccountKind.PAYABLE, self.store_id, coupon.asset)
                draft.moves.append((budget, payable, use.discount))
        # What the wallet pays and what coupons take off: the list price without what is paid in cash.
        draft.sections.append(Discounted(uses.discount, draft.amount + uses.discount))
        count(book, draft, self.chosen, self.store_id, uses.day)


def count(book: Book, draft: Draft, chosen: Chosen, store_id: UUID, day: date) -> None:
    """One use of each coupon: its counters, its stock, and its own event."""
    for coupon in chosen.coupons:
        draft.counterparties.setdefault(coupon.id, store_id)
        draft.guards += [(book.guard(key, ceiling), 1) for key, ceiling in coupon.use_guards(chosen.person, day)]
    stocks = tuple(StockChange(coupon.id, 1) for coupon in chosen.coupons if not coupon.claim_required)
    draft.sections.append(StockChanges(stocks))
