"""What a refund of a payment with coupons gives back: to the wallet, to the coupons' budgets, and to the counters.

A part of a payment is given back in proportion: of what remains, the same share stays discounted, rounded down. So any
order of
partial refunds of the same sum gives back the same, and the wallet never gets more than it paid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from uuid import UUID

from domain.coupons import reads
from domain.coupons.coupon import Coupon
from domain.coupons.receipts import CouponUses, Discounted, StockChange, StockChanges, refundable
from domain.coupons.refusals import UnknownCouponError
from domain.ledger.book import Book
from domain.ledger.kinds import AccountKind
from domain.ledger.reads import Journal
from domain.ledger.request import Draft, GuardKey


def kept(parts: Sequence[int], whole: int, remaining: int) -> list[int]:
    """What stays discounted by each of `parts` when `remaining` of `whole` has not been given back. Whole units.

    The sum is a share of what remains, rounded down; the first parts are a share of that sum, and so on. Each figure
    then grows
    with what remains, and all of them together never faster than it.
    """
    sums = [0, *accumulate(parts)]
    kept_sums = [sums[-1] * remaining // whole]
    for smaller, larger in pairwise(reversed(sums)):
        kept_sums.append(larger * kept_sums[-1] // smaller if smaller else 0)
    kept_sums.reverse()
    return [second - first for first, second in pairwise(kept_sums)]


@dataclass(frozen=True, slots=True)
class Returns:
    """The coupons of a payment. `whole`: what may be given back in all. Whole units."""

    whole: int
    parts: tuple[tuple[Coupon, int], ...] = ()
    guards_of: tuple[tuple[tuple[GuardKey, int], ...], ...] = ()

    @property
    def holders(self) -> tuple[UUID, ...]:
        """Whose locks are needed."""
        return tuple(coupon.id for coupon, _ in self.parts)

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The counters to be read."""
        return tuple(key for guards in self.guards_of for key, _ in guards)

    def of_wallet(self, already: int, amount: int) -> tuple[int, int]:
        """What the wallet got back of `already`, and what it gets back of `amount` now. Whole units."""
        before, now = already - sum(self._returned(already)), already + amount - sum(self._returned(already + amount))
        return before, now - before

    def _returned(self, already: int) -> list[int]:
        """What is no longer discounted, coupon by coupon."""
        discounts = [part for _, part in self.parts]
        return [
            part - left for part, left in zip(discounts, kept(discounts, self.whole, self.whole - already), strict=True)
        ]

    def add(self, book: Book, draft: Draft, already: int, amount: int, store_id: UUID) -> None:
        """Adds to a refund's draft: budgets get their part back; a whole refund gives the use back where it is said."""
        if not self.parts:
            return
        returned = [
            now - before for before, now in zip(self._returned(already), self._returned(already + amount), strict=True)
        ]
        for (coupon, _), part in zip(self.parts, returned, strict=True):
            if coupon.from_budget and part:
                payable = book.plain(coupon.municipality, AccountKind.PAYABLE, store_id, coupon.asset)
                draft.moves.append(
                    (payable, book.plain(coupon.municipality, AccountKind.BUDGET, coupon.id, coupon.asset), part)
                )
        draft.sections.append(Discounted(sum(returned)))
        back = already + amount == self.whole
        self.give_uses_back(book, draft, store_id, [back and coupon.returns_on_refund for coupon, _ in self.parts])

    def parties(self, journal: Journal) -> set[UUID]:
        """Whose locks undoing the whole journal needs because of its coupons."""
        return (
            {*self.holders, *(party for party in (journal.wallet_id, journal.store_id) if party is not None)}
            if self.parts
            else set()
        )

    def undo(self, book: Book, draft: Draft, journal: Journal) -> None:
        """Adds to the draft that undoes the whole journal: it has not been, so every use is given back."""
        if not self.parts or journal.wallet_id is None or journal.store_id is None:
            return
        draft.counterparties |= {journal.wallet_id: journal.store_id, journal.store_id: journal.wallet_id}
        self.give_uses_back(book, draft, journal.store_id, [True] * len(self.parts))

    def give_uses_back(self, book: Book, draft: Draft, store_id: UUID, which: Sequence[bool]) -> None:
        """Takes one use of each of `which` from the counters."""
        stocks: list[StockChange] = []
        for (coupon, _), guards, back in zip(self.parts, self.guards_of, which, strict=True):
            draft.counterparties.setdefault(coupon.id, store_id)
            if back:
                draft.guards += [(book.guard(key, ceiling), -1) for key, ceiling in guards]
                stocks += [StockChange(coupon.id, -1)] if not coupon.claim_required else []
        draft.sections.append(StockChanges(tuple(stocks)))


async def returns_of(journal: Journal) -> Returns:
    """The coupons of a payment or hand-over, from its own receipt; without any, nothing is read."""
    used = journal.receipt.find(CouponUses)
    if used is None or not used.uses:
        return Returns(refundable(journal.receipt))
    coupons = await reads.by_keys([(journal.municipality, use.coupon) for use in used.uses])
    found = [coupon for coupon in coupons if coupon is not None]
    if len(found) < len(used.uses):
        raise UnknownCouponError
    guards = tuple(tuple(coupon.use_guards(used.person, used.day)) for coupon in found)
    parts = tuple((coupon, use.discount) for coupon, use in zip(found, used.uses, strict=True))
    return Returns(refundable(journal.receipt), parts, guards)
