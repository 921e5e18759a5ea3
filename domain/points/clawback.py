"""A refund takes back the points of what was given back.

What a payment earned is a function of what is left of it, so any order of partial refunds takes back the same:
earned - earned(what is left) - taken back so far. The rules never change, so what is left can be asked again.

Points come from the payment's own lot first, then from others of the same programme, then from what the payment itself
gives back of
the same asset. What was spent is settled by the programme's
word: out of the refund, as a debt that the next points settle, or not at all. Points that have ended in the meantime
are let go.
A refund gives back one lot after the other, and takes what is due after each.
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
    """What one programme gave on a payment, with the rules that gave it. Whole units."""

    payment: UUID
    programme: Programme
    asset: int
    lot: int
    points: int
    expires_at: datetime | None
    given: tuple[tuple[EarningRule, int], ...]
    multiplier_bp: int

    @property
    def guard(self) -> GuardKey:
        """The counter of what was taken back of it."""
        return (self.programme.municipality, GuardKind.CLAWED_BACK, self.payment, str(self.programme.id))

    def of_rest(self, spent: Mapping[int, int], paid: frozenset[int]) -> int:
        """What the rest of a payment earns: never more than the whole was given. Whole units."""
        return sum(min(points, rule.of_base(rule.base(spent, paid), self.multiplier_bp)) for rule, points in self.given)


@dataclass(frozen=True, slots=True)
class Clawback:
    """What a refund of a payment may have to take back."""

    earned: tuple[Earned, ...]
    paid: frozenset[int]
    issuer: UUID
    caps: tuple[CapChange, ...] = ()
    """What the payment counted against caps."""

    @property
    def holders(self) -> tuple[UUID, ...]:
        """Whose accounts may change, beside the refund's own."""
        fees = (self.issuer,) if any(one.programme.clawback is ClawbackRule.DEDUCT for one in self.earned) else ()
        return (*(one.programme.id for one in self.earned), *fees)

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots that were credited."""
        return tuple(one.lot for one in self.earned)

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The counters that move."""
        return tuple(
            key for one in self.earned for key in (one.guard, *caps.keys_of(one.programme.municipality, self.caps))
        )


NOTHING_EARNED = Clawback((), frozenset(), UUID(int=0))


async def clawback_of(payment: Journal) -> Clawback:
    """What a payment earned, as its journal and the rules say. Of one that earned nothing, nothing is read."""
    earnings = payment.receipt.find(Earnings)
    if earnings is None or not earnings.programmes:
        return NOTHING_EARNED
    town = payment.municipality
    rules = await reads.by_ids(town, [given.rule for points in earnings.programmes for given in points.rules])
    found = await programmes.by_keys([(town, points.programme) for points in earnings.programmes])
    paid = frozenset(asset.id for asset in await assets.of_municipality(town) if asset.paid)
    [municipality] = await municipalities.by_ids([town])
    if municipality is None or any(programme is None for programme in found):
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
            given=tuple((rules[given.rule], given.points) for given in points.rules),
            multiplier_bp=earnings.multiplier_bp,
        )
        for points, programme in zip(earnings.programmes, found, strict=True)
        if programme is not None
    )
    return Clawback(earned, paid, municipality.issuer_id, payment.receipt.caps)


def rest_of(lots: Sequence[Portion], refunded: int) -> dict[int, int]:
    """What is left of a payment by asset, when refunds have filled its lots in reverse order. Whole units."""
    rest: dict[int, int] = {}
    for portion in reversed(lots):
        kept = max(0, portion.amount - refunded)
        refunded = max(0, refunded - portion.amount)
        rest[portion.asset] = rest.get(portion.asset, 0) + kept
    return rest


@dataclass(slots=True)
class Given:
    """A part of a refund on its way from the shop into one lot: what of it reaches the wallet. Whole units."""

    shop: Account
    wallet: Account
    amount: int


class Taking:
    """What one refund takes back, while it fills one lot after the other.

    After each part it takes what is due by then. So what is taken, and from where, depends on how much of the payment
    was given back in
    all, and not on how that was split into refunds. What a deduction cannot get out of a part stays due for the next
    one.
    """

    def __init__(self, clawback: Clawback, book: Book, draft: Draft, wallet_id: UUID, at: datetime) -> None:
        self._clawback, self._book, self._draft, self._wallet, self._at = clawback, book, draft, wallet_id, at
        self._back: dict[int, int] = {}
        self._told = [dict.fromkeys(("points", "deducted", "debt", "waived"), 0) for _ in clawback.earned]

    def gave(self, portions: Iterable[Portion]) -> None:
        """Notes what the payment gives back, or gave back before, lot by lot."""
        for portion in portions:
            self._back[portion.lot] = self._back.get(portion.lot, 0) + portion.amount

    def after(self, given: Given, rest: Mapping[int, int]) -> None:
        """Takes what is due once a part has been given, whose move is in the draft.

        `rest`: what is left of the payment, by asset.
        """
        for earned, told in zip(self._clawback.earned, self._told, strict=True):
            due = self._due(earned, told, rest)
            if due > 0:
                self._take(earned, told, due, given)

    def close(self, *, whole: bool) -> None:
        """Writes down what was taken. After the `whole` payment came back there is no more part to deduct from."""
        clawed = []
        for earned, told in zip(self._clawback.earned, self._told, strict=True):
            if whole:
                told["waived"] += max(0, self._due(earned, told, {}))
            if any(told.values()):
                clawed.append(self._tell(earned, told))
        if clawed:
            self._draft.sections.append(ClawedBack(tuple(clawed)))

    def _due(self, earned: Earned, told: Mapping[str, int], rest: Mapping[int, int]) -> int:
        counted = self._book.guard(earned.guard, earned.points).value + sum(told.values())
        return earned.points - earned.of_rest(rest, self._clawback.paid) - counted

    def _take(self, earned: Earned, told: dict[str, int], due: int, given: Given) -> None:
        book, draft, town, rest = self._book, self._draft, earned.programme.municipality, due
        budget = book.plain(town, AccountKind.BUDGET, earned.programme.id, earned.asset)
        for account, most in self._sources(earned):
            if part := min(rest, most, _left(draft, account)):
                draft.moves.append((account, budget, part))
                told["points"] += part
                rest -= part
        if not rest:
            return
        if earned.programme.clawback is ClawbackRule.WAIVE or (
            earned.expires_at is not None and earned.expires_at <= self._at
        ):
            told["waived"] += rest
        elif earned.programme.clawback is ClawbackRule.DEBT:
            draft.moves.append((book.plain(town, AccountKind.DEBT, self._wallet, earned.asset), budget, rest))
            told["debt"] += rest
        else:
            told["deducted"] += self._deduct(given, rest)

    def _sources(self, earned: Earned) -> list[tuple[Account, int]]:
        """Where points may come from, with the most of each.

        The payment's, the programme's that end first, what the payment gives back.

        Not yet usable ones too. What the payment gives back comes last, so that it does not matter how much of it is
        back already.
        """
        usable = [
            (account, left)
            for account in self._book.wallet_lots(earned.programme.municipality, self._wallet)
            if account.asset == earned.asset
            and (left := _left(self._draft, account)) > 0
            and (account.expires_at is None or self._at < account.expires_at)
        ]
        usable.sort(
            key=lambda one: (
                one[0].lot != earned.lot,
                one[0].expires_at is None,
                one[0].expires_at or self._at,
                one[0].lot,
            )
        )
        own = [
            (account, left - self._back.get(account.lot, 0))
            for account, left in usable
            if account.programme_id == earned.programme.id
        ]
        there = {account.lot: account for account, _ in usable}
        back = [(there[lot], most) for lot, most in self._back.items() if lot in there]  # what came first goes first
        return [(account, most) for account, most in (*own, *back) if most > 0]

    def _deduct(self, given: Given, wanted: int) -> int:
        """Keeps some of the part for the town, one point for one yen: never what was taken of it as points already.

        Whole units kept.
        """
        draft, shop = self._draft, given.shop
        kept = min(wanted, given.amount, _left(draft, given.wallet))
        if kept:
            draft.moves.remove((shop, given.wallet, given.amount))
            given.amount -= kept
            if given.amount:
                draft.moves.append((shop, given.wallet, given.amount))
            draft.moves.append(
                (shop, self._book.plain(shop.municipality, AccountKind.FEE, self._clawback.issuer, shop.asset), kept)
            )
            draft.balances[shop.asset] -= kept
        return kept

    def _tell(self, earned: Earned, told: dict[str, int]) -> ClawedPoints:
        book, draft, town, programme = self._book, self._draft, earned.programme.municipality, earned.programme
        draft.guards.append((book.guard(earned.guard, earned.points), sum(told.values())))
        back = told["points"] + told["debt"]
        if back:
            # What went back to the budget may be given to the person once more.
            draft.guards += caps.given_back(book, town, self._clawback.caps, {programme.id: back})
            draft.counterparties.setdefault(programme.id, self._wallet)
        before = draft.balances.get(earned.asset, book.total(town, self._wallet, earned.asset))
        draft.balances[earned.asset] = before - back
        return ClawedPoints(programme=programme.id, asset=earned.asset, **told)


def _left(draft: Draft, account: Account) -> int:
    """What may leave an account after the moves that the draft has already: the refund itself may bring points back."""
    came = sum(part for _, target, part in draft.moves if target is account)
    return account.available + came - sum(part for source, _, part in draft.moves if source is account)
