"""Clawback: a refund takes back the points that the rest of the payment would not have earned.

The points due are: earned - earned(rest of the payment) - clawed back so far. They depend only on the amount refunded
in total, so partial refunds claw back the same points in any order. Earning rules never change, so the earnings of the
rest can be computed again.

Points are taken from the payment's own lot first, then from other lots of the same programme, then from what the refund
itself returns of the same asset. Points that were spent are settled by the programme's clawback rule: deducted from the
refund, owed as a debt that the next points settle, or waived. Points that have expired since are waived.

A refund fills one lot after the other, and claws back the points due after each.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assets import reads as assets
from domain.ledger.book import Account, Book
from domain.ledger.kinds import AccountKind, GuardKind
from domain.ledger.reads import Journal
from domain.ledger.receipt import CapChange, Portion
from domain.ledger.request import Draft, GuardKey
from domain.ledger.spend_order import multiple
from domain.municipalities import reads as municipalities
from domain.points import reads
from domain.points.receipts import ClawedBack, ClawedPoints, Earnings
from domain.points.rules import EarningRule
from domain.programmes import caps
from domain.programmes import reads as programmes
from domain.programmes.kinds import ClawbackRule
from domain.programmes.reads import Programme


@dataclass(frozen=True, slots=True)
class Earned:
    """The points that a payment earned from one programme, and the rules that gave them. Whole units."""

    payment: UUID
    programme: Programme
    asset: int
    lot: int
    points: int
    expires_at: datetime | None
    by_rule: tuple[tuple[EarningRule, int], ...]
    multiplier_bp: int

    @property
    def guard(self) -> GuardKey:
        """The guard that counts the points clawed back so far."""
        return (self.programme.municipality, GuardKind.CLAWED_BACK, self.payment, str(self.programme.id))

    def of_rest(self, spent: Mapping[int, int], paid: frozenset[int]) -> int:
        """Compute the points that the rest of a payment earns: per rule, at most what the full payment earned.

        `spent`: the rest of the payment, by asset; `paid`: assets that residents pay for. Whole units.
        """
        multiplier_bp = self.multiplier_bp
        return sum(min(points, rule.of_base(rule.base(spent, paid), multiplier_bp)) for rule, points in self.by_rule)


@dataclass(frozen=True, slots=True)
class Clawback:
    """The points that refunds of a payment may have to claw back."""

    earned: tuple[Earned, ...]
    paid: frozenset[int]
    issuer: UUID
    units: Mapping[int, int]
    """The minimum units, by asset."""
    caps: tuple[CapChange, ...] = ()
    """The changes that the payment made to caps."""

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The holders whose accounts may change, in addition to those of the refund itself."""
        fees = (self.issuer,) if any(earned.programme.clawback is ClawbackRule.DEDUCT for earned in self.earned) else ()
        return (*(earned.programme.id for earned in self.earned), *fees)

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots that the points were credited to."""
        return tuple(earned.lot for earned in self.earned)

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The guards that may change."""
        return tuple(
            key
            for earned in self.earned
            for key in (earned.guard, *caps.keys_of(earned.programme.municipality, self.caps))
        )


NOTHING_EARNED = Clawback((), frozenset(), UUID(int=0), {})


async def clawback_of(payment: Journal) -> Clawback:
    """Read what a payment earned, from its receipt and the rules. A payment without earnings costs no query.

    LookupError if a programme of the receipt does not exist: a fault.
    """
    earnings = payment.receipt.find(Earnings)
    if earnings is None or not earnings.programmes:
        return NOTHING_EARNED
    town = payment.municipality
    rules = await reads.by_ids(town, [line.rule for points in earnings.programmes for line in points.rules])
    earning_programmes = await programmes.by_keys([(town, points.programme) for points in earnings.programmes])
    known = await assets.of_municipality(town)
    [municipality] = await municipalities.by_ids([town])
    if municipality is None or any(programme is None for programme in earning_programmes):
        message = "a payment earned from a programme that is not there"
        raise LookupError(message)
    earned = tuple(
        Earned(
            payment=payment.id,
            programme=programme,
            asset=points.asset,
            lot=points.lot,
            points=points.points,
            expires_at=points.expires_at,
            by_rule=tuple((rules[line.rule], line.points) for line in points.rules),
            multiplier_bp=earnings.multiplier_bp,
        )
        for points, programme in zip(earnings.programmes, earning_programmes, strict=True)
        if programme is not None
    )
    return Clawback(
        earned=earned,
        paid=frozenset(asset.id for asset in known if asset.paid),
        issuer=municipality.issuer_id,
        units={asset.id: asset.minimum_unit for asset in known},
        caps=payment.receipt.caps,
    )


def rest_of(lots: Sequence[Portion], refunded: int) -> dict[int, int]:
    """Compute what is left of a payment by asset, after refunds that fill its lots in reverse order. Whole units."""
    rest: dict[int, int] = {}
    for portion in reversed(lots):
        kept = max(0, portion.amount - refunded)
        refunded = max(0, refunded - portion.amount)
        rest[portion.asset] = rest.get(portion.asset, 0) + kept
    return rest


@dataclass(slots=True)
class RefundedLot:
    """What a refund moves from the store's payable account to one lot of the wallet.

    `amount`: what reaches the wallet, less what was deducted for points. Whole units.
    """

    payable: Account
    wallet: Account
    amount: int


class RefundClawback:
    """The clawback of points during one refund, which fills one lot after the other.

    After each lot it takes the points due by then. The points taken, and their sources, thus depend on the amount
    refunded in total and not on how it was split into refunds. A deduction that one lot cannot cover stays due for the
    next.
    """

    def __init__(self, clawback: Clawback, book: Book, draft: Draft, wallet_id: UUID, at: datetime) -> None:
        self._clawback, self._book, self._draft, self._wallet, self._at = clawback, book, draft, wallet_id, at
        self._back: dict[int, int] = {}
        self._taken = [dict.fromkeys(("points", "deducted", "debt", "waived"), 0) for _ in clawback.earned]

    def add_returned(self, portions: Iterable[Portion]) -> None:
        """Note lots that this refund or an earlier one returned to the wallet."""
        for portion in portions:
            self._back[portion.lot] = self._back.get(portion.lot, 0) + portion.amount

    def take_due(self, lot: RefundedLot, rest: Mapping[int, int]) -> None:
        """Claw back the points due after a lot was filled, whose move is in the draft already.

        `rest`: what is left of the payment, by asset. Whole units.
        """
        for earned, taken in zip(self._clawback.earned, self._taken, strict=True):
            due = self._due(earned, taken, rest)
            if due > 0:
                self._take(earned, taken, due, lot)

    def close(self, *, whole: bool) -> None:
        """Write the clawback to the draft.

        `whole`: the payment is refunded in full. No lot is left to deduct from, so points still due are waived.
        """
        clawed = []
        for earned, taken in zip(self._clawback.earned, self._taken, strict=True):
            if whole:
                taken["waived"] += max(0, self._due(earned, taken, {}))
            if any(taken.values()):
                clawed.append(self._record(earned, taken))
        if clawed:
            self._draft.sections.append(ClawedBack(tuple(clawed)))

    def _due(self, earned: Earned, taken: Mapping[str, int], rest: Mapping[int, int]) -> int:
        counted = self._book.guard(earned.guard, earned.points).value + sum(taken.values())
        return earned.points - earned.of_rest(rest, self._clawback.paid) - counted

    def _take(self, earned: Earned, taken: dict[str, int], due: int, lot: RefundedLot) -> None:
        book, draft, town, rest = self._book, self._draft, earned.programme.municipality, due
        budget = book.plain(town, AccountKind.BUDGET, earned.programme.id, earned.asset)
        for account, most in self._sources(earned):
            if part := min(rest, most, _left(draft, account)):
                draft.moves.append((account, budget, part))
                taken["points"] += part
                rest -= part
        if not rest:
            return
        if earned.programme.clawback is ClawbackRule.WAIVE or (
            earned.expires_at is not None and earned.expires_at <= self._at
        ):
            taken["waived"] += rest
        elif earned.programme.clawback is ClawbackRule.DEBT:
            draft.moves.append((book.plain(town, AccountKind.DEBT, self._wallet, earned.asset), budget, rest))
            taken["debt"] += rest
        else:
            taken["deducted"] += self._deduct(lot, rest)

    def _sources(self, earned: Earned) -> list[tuple[Account, int]]:
        """List the accounts that points may be taken from, in order, with the most that each may give.

        First the payment's own lot, then the programme's other lots by expiry, then what the refund returns. Lots that
        are not usable yet count too. What the refund returns comes last, so that it does not matter how much of it has
        been returned already.
        """
        usable = [
            (account, left)
            for account in self._book.wallet_lots(earned.programme.municipality, self._wallet)
            if account.asset == earned.asset
            and (left := _left(self._draft, account)) > 0
            and (account.expires_at is None or self._at < account.expires_at)
        ]
        usable.sort(
            key=lambda source: (
                source[0].lot != earned.lot,
                source[0].expires_at is None,
                source[0].expires_at or self._at,
                source[0].lot,
            )
        )
        own = [
            (account, left - self._back.get(account.lot, 0))
            for account, left in usable
            if account.programme_id == earned.programme.id
        ]
        by_lot = {account.lot: account for account, _ in usable}
        back = [(by_lot[lot], most) for lot, most in self._back.items() if lot in by_lot]  # first returned, first taken
        return [(account, most) for account, most in (*own, *back) if most > 0]

    def _deduct(self, lot: RefundedLot, due: int) -> int:
        """Keep part of the refund for the town, one yen per point, and return the amount kept. Whole units.

        Never keeps what was taken from the lot as points already, nor a part of a minimum unit.
        """
        draft, payable = self._draft, lot.payable
        kept = multiple(min(due, lot.amount, _left(draft, lot.wallet)), self._clawback.units[payable.asset])
        if kept:
            draft.moves.remove((payable, lot.wallet, lot.amount))
            lot.amount -= kept
            if lot.amount:
                draft.moves.append((payable, lot.wallet, lot.amount))
            fee = self._book.plain(payable.municipality, AccountKind.FEE, self._clawback.issuer, payable.asset)
            draft.moves.append((payable, fee, kept))
            draft.balances[payable.asset] -= kept
        return kept

    def _record(self, earned: Earned, taken: dict[str, int]) -> ClawedPoints:
        book, draft, town, programme = self._book, self._draft, earned.programme.municipality, earned.programme
        draft.guards.append((book.guard(earned.guard, earned.points), sum(taken.values())))
        back = taken["points"] + taken["debt"]
        if back:
            # Points that went back to the budget may be earned by the person again.
            draft.guards += caps.given_back(book, town, self._clawback.caps, {programme.id: back})
            draft.counterparties.setdefault(programme.id, self._wallet)
        before = draft.balances.get(earned.asset, book.total(town, self._wallet, earned.asset))
        draft.balances[earned.asset] = before - back
        return ClawedPoints(programme=programme.id, asset=earned.asset, **taken)


def _left(draft: Draft, account: Account) -> int:
    """Compute what may leave an account after the moves in the draft: the refund itself may return points to it.

    Whole units.
    """
    came = sum(part for _, target, part in draft.moves if target is account)
    return account.available + came - sum(part for source, _, part in draft.moves if source is account)
