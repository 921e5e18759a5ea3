"""Refunds of payments with coupons: what goes back to the wallet, to the coupons' budgets, and to their guards.

A partial refund keeps the discount in proportion: of what remains of the payment, the same share stays discounted,
rounded down. Partial refunds of the same sum thus return the same in any order, and the wallet never gets back more
than it paid.
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


def kept(discounts: Sequence[int], refundable: int, remaining: int) -> list[int]:
    """Compute the part of each discount that stays while `remaining` of `refundable` is not refunded. Whole units.

    Their sum is a share of what remains, rounded down; the sum of all but the last is a share of that sum, and so on.
    Each part then grows with what remains, and their sum never grows faster than it.
    """
    sums = [0, *accumulate(discounts)]
    kept_sums = [sums[-1] * remaining // refundable]
    for smaller, larger in pairwise(reversed(sums)):
        kept_sums.append(larger * kept_sums[-1] // smaller if smaller else 0)
    kept_sums.reverse()
    return [second - first for first, second in pairwise(kept_sums)]


@dataclass(frozen=True, slots=True)
class Returns:
    """The coupons of a payment, with what refunds give back of them. Whole units.

    refundable: the most that may be refunded of the payment in total. discounts: its coupons with their discounts.
    guards_of: the guards of each coupon's use, with their ceilings.
    """

    refundable: int
    discounts: tuple[tuple[Coupon, int], ...] = ()
    guards_of: tuple[tuple[tuple[GuardKey, int], ...], ...] = ()

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The coupons, whose locks are needed."""
        return tuple(coupon.id for coupon, _ in self.discounts)

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The guards to read."""
        return tuple(key for guards in self.guards_of for key, _ in guards)

    def of_wallet(self, already: int, amount: int) -> tuple[int, int]:
        """Compute what the wallet gets of refunds: of `already`, refunded before, and of `amount` now.

        Both amounts are of list prices. Whole units.
        """
        before, now = already - sum(self._returned(already)), already + amount - sum(self._returned(already + amount))
        return before, now - before

    def _returned(self, already: int) -> list[int]:
        """Compute what went back to each coupon once `already` is refunded. Whole units."""
        discounts = [discount for _, discount in self.discounts]
        left = kept(discounts, self.refundable, self.refundable - already)
        return [discount - part for discount, part in zip(discounts, left, strict=True)]

    def returned(self, already: int, amount: int) -> list[int]:
        """Compute what goes back to each coupon when `amount` is refunded after `already`. Whole units."""
        before, after = self._returned(already), self._returned(already + amount)
        return [now - then for then, now in zip(before, after, strict=True)]

    def parties(self, journal: Journal) -> set[UUID]:
        """The holders whose locks the reversal of a journal needs because of its coupons."""
        if not self.discounts:
            return set()
        return {*self.holders, *(party for party in (journal.wallet_id, journal.store_id) if party is not None)}

    def give_uses_back(self, book: Book, draft: Draft, store_id: UUID, returned: Sequence[bool]) -> None:
        """Subtract one use from the guards of every coupon that is `returned`, in the order of the coupons."""
        stocks: list[StockChange] = []
        for (coupon, _), guards, back in zip(self.discounts, self.guards_of, returned, strict=True):
            draft.counterparties.setdefault(coupon.id, store_id)
            if back:
                draft.guards += [(book.guard(key, ceiling), -1) for key, ceiling in guards]
                stocks += [StockChange(coupon.id, -1)] if not coupon.claim_required else []
        draft.sections.append(StockChanges(tuple(stocks)))


@dataclass(frozen=True, slots=True)
class CouponRefund(Part):
    """The coupons' share of a refund, which goes back to their budgets. A full refund may give uses back too.

    refunded: the guard that counts what was refunded of the payment.
    """

    returns: Returns
    refunded: GuardKey
    store_id: UUID

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The coupons of the payment."""
        return self.returns.holders

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The guards of the coupons."""
        return self.returns.guards

    def apply(self, book: Book, draft: Draft, _at: datetime) -> None:
        """Add what goes back to the coupons for the draft's amount, which is of list prices."""
        returns = self.returns
        if not returns.discounts:
            return
        already = book.guard(self.refunded, returns.refundable).value
        returned = returns.returned(already, draft.amount)
        for (coupon, _), part in zip(returns.discounts, returned, strict=True):
            if coupon.from_budget and part:
                payable = book.plain(coupon.municipality, AccountKind.PAYABLE, self.store_id, coupon.asset)
                budget = book.plain(coupon.municipality, AccountKind.BUDGET, coupon.id, coupon.asset)
                draft.moves.append((payable, budget, part))
        draft.sections.append(Discounted(sum(returned)))
        in_full = already + draft.amount == returns.refundable
        returned_uses = [in_full and coupon.returns_on_refund for coupon, _ in returns.discounts]
        returns.give_uses_back(book, draft, self.store_id, returned_uses)


@dataclass(frozen=True, slots=True)
class CouponUndo(Part):
    """The return of every coupon use of a journal that is reversed or rolled back."""

    returns: Returns
    journal: Journal

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The coupons, and both sides of the journal, which get events."""
        return tuple(self.returns.parties(self.journal))

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The guards of the coupons."""
        return self.returns.guards

    def apply(self, book: Book, draft: Draft, _at: datetime) -> None:
        """Add the counterparties and the guards."""
        wallet, store = self.journal.wallet_id, self.journal.store_id
        if not self.returns.discounts or wallet is None or store is None:
            return
        draft.counterparties |= {wallet: store, store: wallet}
        self.returns.give_uses_back(book, draft, store, [True] * len(self.returns.discounts))


async def returns_of(journal: Journal) -> Returns:
    """Read the coupons of a payment or hand-over, from its receipt. Without any, nothing is read."""
    used = journal.receipt.find(CouponUses)
    if used is None or not used.uses:
        return Returns(refundable(journal.receipt))
    rows = await reads.by_keys([(journal.municipality, use.coupon) for use in used.uses])
    coupons = [coupon for coupon in rows if coupon is not None]
    if len(coupons) < len(used.uses):
        raise UnknownCouponError
    guards = tuple(tuple(coupon.use_guards(used.person, used.day)) for coupon in coupons)
    discounts = tuple((coupon, use.discount) for coupon, use in zip(coupons, used.uses, strict=True))
    return Returns(refundable(journal.receipt), discounts, guards)
