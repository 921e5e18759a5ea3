"""A payment earns points: out of the budgets of the town's programmes, in the payment's own journal.

Read before the ledger is asked: the rules, the person, the lots. Decided under the locks: caps, budgets, room. Where a
town has no
rule that could apply, a payment asks for nothing more than one without points.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.assets.expiry import midnight
from domain.assets.lots import LOTS, Issue, ended
from domain.assets.reads import ASSETS, Asset, Lot
from domain.ledger.book import AccountKey, Book
from domain.ledger.credit import credit
from domain.ledger.kinds import AccountKind, LotOrigin
from domain.ledger.part import Part
from domain.ledger.reads import guard_values
from domain.ledger.receipt import Portion
from domain.ledger.request import Draft, GuardKey, effective_on
from domain.points.reads import EARNING_RULES
from domain.points.receipts import EarnedPoints, Earnings, RulePoints
from domain.points.rules import MULTIPLIER_ONE, NO_LIMIT, Candidate, EarningRule, Limits, Payer, Traced, earned
from domain.programmes.kinds import ProgrammeKind
from domain.programmes.reads import PROGRAMMES, Programme, budgets_left
from domain.residents.reads import PERSONS
from domain.services import Services
from domain.stores.reads import Store


@dataclass(frozen=True, slots=True)
class Source:
    """A programme that gives points on payments now: its asset, and the lot that today's points fall into."""

    programme: Programme
    asset: Asset
    lot: Lot

    def caps_of(self, payer: Payer) -> tuple[tuple[GuardKey, int], ...]:
        """What the payer, and the payer's household, are counted by over the programme."""
        return self.programme.caps_of(payer.person, None if payer.claims is None else payer.claims.household)


@dataclass(frozen=True, slots=True)
class Granted:
    """What one programme gives on a payment, rule by rule. Whole units."""

    source: Source
    traced: tuple[Traced, ...]

    @property
    def points(self) -> int:
        """All of it."""
        return sum(one.points for one in self.traced)


@dataclass(frozen=True, slots=True)
class Earner:
    """What a payer may earn at a shop today."""

    municipality: int
    payer: Payer
    sources: Mapping[UUID, Source]
    candidates: tuple[Candidate, ...]
    paid: frozenset[int]

    @property
    def programmes(self) -> tuple[UUID, ...]:
        """The holders whose budgets may change."""
        return tuple(self.sources)

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots that may be credited."""
        return tuple(source.lot.id for source in self.sources.values())

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The counters of the person."""
        caps = {key: None for one in self.candidates for key, _, _ in one.rule.caps(self.payer.person, self.payer.day)}
        return (*caps, *dict.fromkeys(key for one in self.candidates for key, _ in one.caps))

    def granted(
        self, spent: Mapping[int, int], at: datetime, limits: Limits, multiplier_bp: int = MULTIPLIER_ONE
    ) -> list[Granted]:
        """The programmes that give something for a payment."""
        return [one for one in self.traced(spent, at, limits, multiplier_bp) if one.points]

    def traced(
        self, spent: Mapping[int, int], at: datetime, limits: Limits, multiplier_bp: int = MULTIPLIER_ONE
    ) -> list[Granted]:
        """What each programme says of a payment, rule by rule."""
        traced = earned(self.candidates, self.payer, spent, self.paid, at, limits, multiplier_bp)
        return [
            Granted(source, tuple(one for one in traced if one.rule.programme == key))
            for key, source in self.sources.items()
        ]


async def earner_at(services: Services, store: Store, wallet_id: UUID, now: datetime) -> Earner | None:
    """What a wallet may earn at a shop now; None where no rule could apply."""
    rules = [
        rule
        for rule in await services.shared(EARNING_RULES).of(store.municipality)
        if rule.acceptance.open_to(store, now)
    ]
    if not rules:
        return None  # and no budget is locked for rules that cannot apply
    payer = Payer(*await services.shared(PERSONS).of((store.municipality, wallet_id)), store, effective_on(now))
    return await earner_of(services, payer, store.municipality, rules, now)


async def earner_of(
    services: Services, payer: Payer, town: int, rules: Iterable[EarningRule], now: datetime
) -> Earner | None:
    """The same for given rules and a given payer.

    Rules of programmes that are not open, or not for the payer, are left out.
    """
    open_now = {
        programme.id: programme
        for programme in await services.shared(PROGRAMMES).of(town)
        if programme.kind is ProgrammeKind.EARNING
        and programme.open_at(now)
        and programme.eligibility.reason_against(payer.claims, payer.day.year) is None
    }
    assets = {asset.id: asset for asset in await services.shared(ASSETS).of(town)}
    useful = [rule for rule in rules if rule.programme in open_now]
    found = [await _source(services, open_now[key], assets, now) for key in sorted({rule.programme for rule in useful})]
    sources = {source.programme.id: source for source in found if source is not None}
    candidates = tuple(
        Candidate(rule, source.asset.id, source.caps_of(payer))
        for rule in useful
        if (source := sources.get(rule.programme)) is not None
    )
    if not candidates:
        return None
    return Earner(town, payer, sources, candidates, frozenset(asset.id for asset in assets.values() if asset.paid))


def _can_be_spent(lot: Lot) -> bool:
    """Whether the lot's first instant comes before its end."""
    return lot.usable_from is None or lot.expires_at is None or lot.usable_from < lot.expires_at


async def _source(
    services: Services, programme: Programme, assets: Mapping[int, Asset], now: datetime
) -> Source | None:
    """Points that wait for the end of the refund window are a lot that may be spent from a later midnight."""
    asset = assets[programme.asset]
    starts = programme.usable_from
    if programme.activates_after_days:
        activates = midnight(effective_on(now) + timedelta(days=programme.activates_after_days))
        starts = activates if starts is None else max(starts, activates)
    how = Issue(LotOrigin.GRANT, programme.funding, programme.id, starts, programme.expires_at)
    if ended(asset, how, now):
        return None
    lot = await services.shared(LOTS).of(asset, how, now)
    return Source(programme, asset, lot) if _can_be_spent(lot) else None


def spent_of(portions: Iterable[Portion]) -> dict[int, int]:
    """What a payment uses of each asset. Whole units."""
    spent: dict[int, int] = {}
    for portion in portions:
        spent[portion.asset] = spent.get(portion.asset, 0) + portion.amount
    return spent


@dataclass(frozen=True, slots=True)
class PointEarning(Part):
    """What a payment earns for its wallet; a programme that has nothing left gives nothing, and the payment goes on.

    multiplier_of: by what the other parts of the payment multiply its points, in hundredths of a percent.
    """

    earner: Earner
    wallet_id: UUID
    multiplier_of: Callable[[Draft], int]

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The programmes."""
        return self.earner.programmes

    @property
    def lots(self) -> tuple[int, ...]:
        """Today's lots of their points."""
        return self.earner.lots

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The counters of the person and the household."""
        return self.earner.guards

    def apply(self, book: Book, draft: Draft, at: datetime) -> None:
        """Adds points by the lots that the draft takes."""
        earner, multiplier_bp = self.earner, self.multiplier_of(draft)
        limits = _limits(book, earner, self.wallet_id, draft.balances)
        granted = earner.granted(spent_of(draft.lots), at, limits, multiplier_bp)
        given = [_give(book, draft, earner, self.wallet_id, one) for one in granted]
        if given or multiplier_bp != MULTIPLIER_ONE:
            draft.sections.append(Earnings(tuple(given), multiplier_bp))


def _limits(book: Book, earner: Earner, wallet_id: UUID, balances: Mapping[int, int]) -> Limits:
    town = earner.municipality
    return Limits(
        {key: book.guards[key].value for key in earner.guards if key in book.guards},
        {
            key: book.plain(town, AccountKind.BUDGET, key, source.asset.id).available
            for key, source in earner.sources.items()
        },
        {
            asset.id: max(0, asset.balance_cap - balances.get(asset.id, book.total(town, wallet_id, asset.id)))
            for asset in (source.asset for source in earner.sources.values())
            if asset.balance_cap is not None
        },
    )


def _give(book: Book, draft: Draft, earner: Earner, wallet_id: UUID, granted: Granted) -> EarnedPoints:
    town, source = earner.municipality, granted.source
    asset, lot = source.asset.id, source.lot
    account = book.account(town, AccountKey(AccountKind.WALLET, wallet_id, asset, lot.id), lot)
    credit(book, draft, book.plain(town, AccountKind.BUDGET, source.programme.id, asset), account, granted.points)
    for one in granted.traced:
        for key, ceiling, _ in one.rule.caps(earner.payer.person, earner.payer.day):
            draft.guards.append((book.guard(key, ceiling), one.points))
    draft.guards += [(book.guard(key, ceiling), granted.points) for key, ceiling in source.caps_of(earner.payer)]
    draft.counterparties.setdefault(source.programme.id, wallet_id)
    draft.balances[asset] = draft.balances.get(asset, book.total(town, wallet_id, asset)) + granted.points
    return EarnedPoints(
        programme=source.programme.id,
        asset=asset,
        lot=lot.id,
        points=granted.points,
        expires_at=lot.expires_at,
        usable_from=lot.usable_from,
        rules=tuple(RulePoints(one.rule.id, one.points, one.reason.value) for one in granted.traced if one.points),
    )


async def limits_now(earner: Earner, balances: Mapping[int, int]) -> Limits:
    """The same limits as read without a lock, for a quote.

    `balances`: the wallet's after the payment, by asset. Whole units.
    """
    guards = list(earner.guards)
    programmes = list(earner.programmes)
    left = await budgets_left([(earner.municipality, programme) for programme in programmes])
    return Limits(
        dict(zip(guards, await guard_values(guards), strict=True)),
        dict(zip(programmes, left, strict=True)),
        {
            source.asset.id: max(0, source.asset.balance_cap - balances.get(source.asset.id, 0))
            for source in earner.sources.values()
            if source.asset.balance_cap is not None
        },
    )


def unlimited(earner: Earner) -> Limits:
    """No counter, no end of a budget: what the rules alone would give."""
    return Limits(budgets=dict.fromkeys(earner.programmes, NO_LIMIT))
