"""What a refund of a payment with coupons gives back: to the wallet, to the coupons' budgets, and to the counters.

A part of a payment is given back in proportion: of what remains, the same share stays discounted, rounded down. So any
order of
partial refunds of the same sum gives back the same, and the wallet never gets more than it paid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, pairwise
from uuid import UUID

from domain.coupons import reads
from domain.coupons.coupon import Coupon
from domain.coupons.receipts import CouponUses, Discounted, StockChange, StockChanges, refundable
from domain.coupons.refusals import UnknownCouponError
from domain.ledger.book import Book
from domain.ledger.kinds import AccountKind
from domain.ledger.part import Part
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

    def returned(self, already: int, amount: int) -> list[int]:
        """What goes back to each coupon when `amount` is given back after `already`. Whole units."""
        before, after = self._returned(already), self._returned(already + amount)
        return [now - then for then, now in zip(before, after, strict=True)]

    def parties(self, journal: Journal) -> set[UUID]:
        """Whose locks undoing the whole journal needs because of its coupons."""
        return (
            {*self.holders, *(party for party in (journal.wallet_id, journal.store_id) if party is not None)}
            if self.parts
            else set()
        )

    def give_uses_back(self, book: Book, draft: Draft, store_id: UUID, which: Sequence[bool]) -> None:
        """Takes one use of each of `which` from the counters."""
        stocks: list[StockChange] = []
        for (coupon, _), guards, back in zip(self.parts, self.guards_of, which, strict=True):
            draft.counterparties.setdefault(coupon.id, store_id)
            if back:
                draft.guards += [(book.guard(key, ceiling), -1) for key, ceiling in guards]
                stocks += [StockChange(coupon.id, -1)] if not coupon.claim_required else []
        draft.sections.append(StockChanges(tuple(stocks)))


@dataclass(frozen=True, slots=True)
class CouponRefund(Part):
    """The share of coupons in a refund: budgets get it back, and a whole refund gives uses back where that is said.

    refunded: the guard that counts what was given back before.
    """

    returns: Returns
    refunded: GuardKey
    store_id: UUID

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The coupons."""
        return self.returns.holders

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """Their counters."""
        return self.returns.guards

    def apply(self, book: Book, draft: Draft, _at: datetime) -> None:
        """Adds what goes back for the draft's amount, which is one of list prices."""
        returns = self.returns
        if not returns.parts:
            return
        already = book.guard(self.refunded, returns.whole).value
        returned = returns.returned(already, draft.amount)
        for (coupon, _), part in zip(returns.parts, returned, strict=True):
            if coupon.from_budget and part:
                payable = book.plain(coupon.municipality, AccountKind.PAYABLE, self.store_id, coupon.asset)
                budget = book.plain(coupon.municipality, AccountKind.BUDGET, coupon.id, coupon.asset)
                draft.moves.append((payable, budget, part))
        draft.sections.append(Discounted(sum(returned)))
        back = already + draft.amount == returns.whole
        returned_uses = [back and coupon.returns_on_refund for coupon, _ in returns.parts]
        returns.give_uses_back(book, draft, self.store_id, returned_uses)


@dataclass(frozen=True, slots=True)
class CouponUndo(Part):
    """The coupons of a journal that is undone as a whole: every use is given back."""

    returns: Returns
    journal: Journal

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The coupons, and both sides of the journal that hear of it."""
        return tuple(self.returns.parties(self.journal))

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The counters of the coupons."""
        return self.returns.guards

    def apply(self, book: Book, draft: Draft, _at: datetime) -> None:
        """Adds both sides and the counters."""
        wallet, store = self.journal.wallet_id, self.journal.store_id
        if not self.returns.parts or wallet is None or store is None:
            return
        draft.counterparties |= {wallet: store, store: wallet}
        self.returns.give_uses_back(book, draft, store, [True] * len(self.returns.parts))


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
