"""A refund takes back the points of what was given back.

What a payment earned is a function of what is left of it, so any order of partial refunds takes back the same:
earned - earned(what is left) - taken back so far. The rules never change, so what is left can be asked again.

Points come from the payment's own lot first, then from others of the same programme. What was spent is settled by the programme's
word: out of the refund, as a debt that the next points settle, or not at all. Points that have ended in the meantime are let go.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.assets import reads as assets
from domain.ledger.book import Account, Book
from domain.ledger.kinds import AccountKind, GuardKind
from domain.ledger.reads import Journal
from domain.ledger.request import Draft, GuardKey
from domain.municipalities import reads as municipalities
from domain.points import reads
from domain.points.kinds import ClawbackRule
from domain.points.rules import MULTIPLIER_ONE, EarningRule
from domain.programmes import caps
from domain.programmes import reads as programmes
from domain.programmes.reads import Programme

Lots = list[list[Any]]
"""Lots of a receipt: asset, lot, amount, expiry."""


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
    receipt: Mapping[str, Any] = field(default_factory=dict)
    """The payment's, which says what was counted against caps."""

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
        return tuple(key for one in self.earned for key in (one.guard, *caps.keys_of(one.programme.municipality, self.receipt)))

    def add(self, book: Book, draft: Draft, wallet_id: UUID, spent: Mapping[int, int], at: datetime) -> None:
        """Adds to a refund's draft what it takes back. `spent`: what is left of the payment after this refund, by asset."""
        for earned in self.earned:
            guard = book.guard(earned.guard, earned.points)
            due = earned.points - earned.of_rest(spent, self.paid) - guard.value
            if due > 0:
                draft.guards.append((guard, due))
                _take(book, draft, self, earned, wallet_id, due, at)


NOTHING_EARNED = Clawback((), frozenset(), UUID(int=0))


async def clawback_of(payment: Journal) -> Clawback:
    """What a payment earned, as its journal and the rules say. Of one that earned nothing, nothing is read."""
    rows: list[dict[str, Any]] = payment.receipt.get("earned", [])
    if not rows:
        return NOTHING_EARNED
    town = payment.municipality
    rules = await reads.by_ids(town, [UUID(rule) for row in rows for rule, _, _ in row["rules"]])
    found = await programmes.by_keys([(town, UUID(row["programme"])) for row in rows])
    paid = frozenset(asset.id for asset in await assets.of_municipality(town) if asset.paid)
    [municipality] = await municipalities.by_ids([town])
    if municipality is None or any(programme is None for programme in found):
        message = "a payment earned from a programme that is not there"
        raise LookupError(message)
    multiplier = payment.receipt.get("multiplier", MULTIPLIER_ONE)
    earned = tuple(
        Earned(
            payment.id, programme, row["asset"], row["lot"], row["points"], row["expires"] and datetime.fromisoformat(row["expires"]),
            tuple((rules[UUID(rule)], points) for rule, points, _ in row["rules"]), multiplier,
        )
        for row, programme in zip(rows, found, strict=True) if programme is not None
    )  # fmt: skip
    return Clawback(earned, paid, municipality.issuer_id, payment.receipt)


def rest_of(lots: Lots, refunded: int) -> dict[int, int]:
    """What is left of a payment by asset, when refunds have filled its lots in reverse order. Whole units."""
    rest: dict[int, int] = {}
    for asset, _, part, _ in reversed(lots):
        kept = max(0, part - refunded)
        refunded = max(0, refunded - part)
        rest[asset] = rest.get(asset, 0) + kept
    return rest


def _take(book: Book, draft: Draft, clawback: Clawback, earned: Earned, wallet_id: UUID, due: int, at: datetime) -> None:
    programme, town = earned.programme, earned.programme.municipality
    budget = book.plain(town, AccountKind.BUDGET, programme.id, earned.asset)
    told: dict[str, Any] = {"programme": str(programme.id), "asset": earned.asset, "points": 0, "deducted": 0, "debt": 0, "waived": 0}
    rest = due
    for account in _sources(book, draft, earned, wallet_id, at):
        part = min(rest, _left(draft, account))
        if part:
            draft.moves.append((account, budget, part))
            told["points"] += part
            rest -= part
    ended = earned.expires_at is not None and earned.expires_at <= at
    if rest and not ended and programme.clawback is ClawbackRule.DEBT:
        draft.moves.append((book.plain(town, AccountKind.DEBT, wallet_id, earned.asset), budget, rest))
        told["debt"], rest = rest, 0
    elif rest and not ended and programme.clawback is ClawbackRule.DEDUCT:
        told["deducted"] = _deduct(book, draft, clawback, wallet_id, rest)
        rest -= told["deducted"]
    told["waived"] = rest
    _tell(book, draft, clawback, earned, wallet_id, told)


def _left(draft: Draft, account: Account) -> int:
    """What may leave an account after the moves that the draft has already: the refund itself may bring points back."""
    came = sum(part for _, target, part in draft.moves if target is account)
    return account.available + came - sum(part for source, _, part in draft.moves if source is account)


def _sources(book: Book, draft: Draft, earned: Earned, wallet_id: UUID, at: datetime) -> Iterable[Account]:
    """The wallet's points of the programme: those of the payment first, then those that end first; not yet usable ones too."""
    of_programme = [
        account for account in book.wallet_lots(earned.programme.municipality, wallet_id)
        if account.asset == earned.asset and account.programme_id == earned.programme.id and _left(draft, account) > 0
        and (account.expires_at is None or at < account.expires_at)
    ]  # fmt: skip
    return sorted(of_programme, key=lambda one: (one.lot != earned.lot, one.expires_at is None, one.expires_at or at, one.lot))


def _deduct(book: Book, draft: Draft, clawback: Clawback, wallet_id: UUID, wanted: int) -> int:
    """Keeps part of the refund for the town, last filled lot first; one point for one yen. Whole units kept."""
    town = clawback.earned[0].programme.municipality
    kept = 0
    for number in range(len(draft.moves) - 1, -1, -1):
        source, target, amount = draft.moves[number]
        if kept == wanted or source.kind != AccountKind.PAYABLE or target.kind != AccountKind.WALLET or target.holder != wallet_id:
            continue
        part = min(amount, wanted - kept)
        draft.moves[number : number + 1] = [
            *([(source, target, amount - part)] if amount > part else []),
            (source, book.plain(town, AccountKind.FEE, clawback.issuer, source.asset), part),
        ]
        draft.receipt["balances"][str(source.asset)] -= part
        draft.receipt["lots"] = _without(draft.receipt["lots"], target.lot, part)
        kept += part
    return kept


def _without(lots: Lots, lot: int, part: int) -> Lots:
    """The lots of a receipt without a part of one of them."""
    less = [[asset, number, amount - part if number == lot else amount, expires_at] for asset, number, amount, expires_at in lots]
    return [line for line in less if line[2]]


def _tell(book: Book, draft: Draft, clawback: Clawback, earned: Earned, wallet_id: UUID, told: dict[str, Any]) -> None:
    town, programme = earned.programme.municipality, earned.programme
    back = told["points"] + told["debt"]
    if back:
        # What went back to the budget may be given to the person once more.
        draft.guards += caps.given_back(book, town, clawback.receipt, {programme.id: back})
        draft.counterparties.setdefault(programme.id, wallet_id)
    balances = draft.receipt["balances"]
    balances[str(earned.asset)] = balances.get(str(earned.asset), book.total(town, wallet_id, earned.asset)) - back
    draft.receipt.setdefault("clawed", []).append(told)
