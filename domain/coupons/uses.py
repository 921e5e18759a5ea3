"""Coupons in a payment or hand-over: read before the ledger is asked, decided and counted under the coupons' locks.

choose(...) -> Chosen        which coupons, and whose counters; without coupons nothing is read and nobody is locked
apply(...) -> Applied        pure: what each takes off, or the refusal; `quotePayment` and `pay` share it
add(book, draft, ...)        what a payment's draft gets: the town's part of the price, the counters, the receipt's
lines
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from domain.conditions.acceptance import Shop
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
from domain.ledger.request import Draft, GuardKey, effective_on
from domain.programmes.kinds import BASIS_POINTS
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

    @property
    def ids(self) -> list[str] | None:
        """For the input's hash; None without coupons, so that a payment without them hashes as ever."""
        return sorted(str(coupon.id) for coupon in self.coupons) or None


@dataclass(frozen=True, slots=True)
class Applied:
    """What coupons take off a payment. Whole units."""

    chosen: Chosen
    parts: tuple[tuple[Coupon, int], ...] = ()

    @property
    def discount(self) -> int:
        """All that is taken off."""
        return sum(part for _, part in self.parts)

    @property
    def multiplier_bp(self) -> int:
        """By what the points of the payment are multiplied, in hundredths of a percent.

        Each coupon multiplies what the others did.
        """
        found = BASIS_POINTS
        for coupon, _ in self.parts:
            found = found * (coupon.multiplier_bp or BASIS_POINTS) // BASIS_POINTS
        return found

    def require_points(self, earned: bool) -> None:  # noqa: FBT001 - a condition
        """Nobody gives away a coupon that multiplies nothing.

        Refuses the first such coupon of a payment that earns nothing.
        """
        useless = next((coupon for coupon, _ in self.parts if coupon.kind is CouponKind.POINTS_MULTIPLIER), None)
        if useless is not None and not earned:
            raise refused(useless, Obstacle.NO_POINTS)

    @property
    def uses(self) -> tuple[CouponUse, ...]:
        """What the receipt keeps of each coupon."""
        return tuple(
            CouponUse(coupon.id, coupon.kind, part, coupon.borne_by, coupon.multiplier_bp)
            for coupon, part in self.parts
        )


NONE_CHOSEN = Chosen()
NOTHING_APPLIED = Applied(NONE_CHOSEN)


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


def apply(chosen: Chosen, counted: Mapping[UUID, Counts], shop: Shop, amount: int, at: datetime) -> Applied:
    """What the coupons take off a list price, each of what the ones before it left.

    Or the refusal of the first that does not serve.
    """
    left, parts = amount, []
    for coupon in chosen.coupons:
        reason = _against(coupon, chosen, Seen(at, chosen.claims, counted[coupon.id], shop, amount))
        if reason is not None:
            raise refused(coupon, reason)
        part = coupon.discount(left)
        if coupon.kind is not CouponKind.POINTS_MULTIPLIER and not part:
            raise refused(coupon, Obstacle.NO_DISCOUNT)
        if coupon.from_budget and part > counted[coupon.id].budget_left:
            raise refused(coupon, Obstacle.BUDGET_SPENT)
        left -= part
        parts.append((coupon, part))
    return Applied(chosen, tuple(parts))


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


def applied_in(book: Book, chosen: Chosen, shop: Shop, amount: int, at: datetime) -> Applied:
    """The same under the locks."""
    return apply(chosen, counted_in(book, chosen, at), shop, amount, at) if chosen.coupons else NOTHING_APPLIED


async def applied_now(chosen: Chosen, municipality: int, shop: Shop, amount: int, at: datetime) -> Applied:
    """The same without locks and without a trace, for quotes."""
    if not chosen.coupons:
        return NOTHING_APPLIED
    return apply(chosen, await reads.counted(municipality, chosen.holders, chosen.person, at), shop, amount, at)


def add(book: Book, draft: Draft, applied: Applied, store_id: UUID, amount: int, at: datetime) -> None:
    """Adds coupons to a payment's draft. `amount`: the list price without what was paid in cash. Whole units."""
    if not applied.parts:
        return
    for coupon, part in applied.parts:
        if coupon.from_budget:
            budget = book.plain(coupon.municipality, AccountKind.BUDGET, coupon.id, coupon.asset)
            draft.moves.append(
                (budget, book.plain(coupon.municipality, AccountKind.PAYABLE, store_id, coupon.asset), part)
            )
    draft.sections.append(Discounted(applied.discount, amount))
    count(book, draft, applied, store_id, at)


def count(book: Book, draft: Draft, applied: Applied, store_id: UUID, at: datetime) -> None:
    """One use of each coupon: its counters, its line in the receipt, and its own event."""
    day = effective_on(at)
    for coupon, _ in applied.parts:
        draft.counterparties.setdefault(coupon.id, store_id)
        draft.guards += [
            (book.guard(key, ceiling), 1) for key, ceiling in coupon.use_guards(applied.chosen.person, day)
        ]
    stocks = tuple(StockChange(coupon.id, 1) for coupon, _ in applied.parts if not coupon.claim_required)
    draft.sections += [CouponUses(applied.uses, applied.chosen.person, day), StockChanges(stocks)]
