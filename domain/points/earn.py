"""Earning: a payment earns points from the budgets of the municipality's programmes, in its own journal.

Rules, person and lots are read before the locks; caps, budgets and room in the wallet are decided under them. Where no
rule can apply, a payment reads and locks nothing for points.
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
    """A programme that gives points on payments now, its asset, and the lot that today's points go to."""

    programme: Programme
    asset: Asset
    lot: Lot

    def caps_of(self, payer: Payer) -> tuple[tuple[GuardKey, int], ...]:
        """The programme's caps for the payer and the payer's household: guards with their ceilings in whole units."""
        return self.programme.caps_of(payer.person, None if payer.claims is None else payer.claims.household)


@dataclass(frozen=True, slots=True)
class Granted:
    """The points that one programme gives on a payment, rule by rule. Whole units."""

    source: Source
    traced: tuple[Traced, ...]

    @property
    def points(self) -> int:
        """The points of all rules. Whole units."""
        return sum(trace.points for trace in self.traced)


@dataclass(frozen=True, slots=True)
class Earner:
    """The rules and programmes by which a payer may earn points at a store today.

    `paid`: the assets that residents pay for.
    """

    municipality: int
    payer: Payer
    sources: Mapping[UUID, Source]
    candidates: tuple[Candidate, ...]
    paid: frozenset[int]

    @property
    def programmes(self) -> tuple[UUID, ...]:
        """The programmes whose budgets may change."""
        return tuple(self.sources)

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots that points may be credited to."""
        return tuple(source.lot.id for source in self.sources.values())

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The guards of the rules' and the programmes' caps for the payer."""
        payer = self.payer
        of_rules = (key for candidate in self.candidates for key, _, _ in candidate.rule.caps(payer.person, payer.day))
        of_programmes = (key for candidate in self.candidates for key, _ in candidate.caps)
        return (*dict.fromkeys(of_rules), *dict.fromkeys(of_programmes))

    def granted(
        self, spent: Mapping[int, int], at: datetime, limits: Limits, multiplier_bp: int = MULTIPLIER_ONE
    ) -> list[Granted]:
        """Compute the points of a payment, by programme; programmes that give none are left out.

        `spent`: the payment by asset, in whole units. `limits` are counted down.
        """
        return [granted for granted in self.traced(spent, at, limits, multiplier_bp) if granted.points]

    def traced(
        self, spent: Mapping[int, int], at: datetime, limits: Limits, multiplier_bp: int = MULTIPLIER_ONE
    ) -> list[Granted]:
        """Compute the points of a payment by programme, with the reason of every rule, also where it gives none."""
        traced = earned(self.candidates, self.payer, spent, self.paid, at, limits, multiplier_bp)
        return [
            Granted(source, tuple(trace for trace in traced if trace.rule.programme == key))
            for key, source in self.sources.items()
        ]


async def earner_at(services: Services, store: Store, wallet_id: UUID, now: datetime) -> Earner | None:
    """Read what a wallet may earn at a store now; None where no rule can apply."""
    rules = [
        rule
        for rule in await services.shared(EARNING_RULES).of(store.municipality)
        if rule.acceptance.open_to(store, now)
    ]
    if not rules:
        return None  # and no budget is locked for rules that cannot apply
    person, claims = await services.shared(PERSONS).of((store.municipality, wallet_id))
    payer = Payer(person=person, claims=claims, store=store, day=effective_on(now))
    return await earner_of(services, payer, store.municipality, rules, now)


async def earner_of(
    services: Services, payer: Payer, town: int, rules: Iterable[EarningRule], now: datetime
) -> Earner | None:
    """Read what a payer may earn now by these rules; None where none of them can apply.

    Rules of programmes that are not open, or for which the payer is not eligible, are left out.
    """
    open_now = {
        programme.id: programme
        for programme in await services.shared(PROGRAMMES).of(town)
        if programme.kind is ProgrammeKind.EARNING
        and programme.open_at(now)
        and programme.eligibility.reason_against(payer.claims, payer.day.year) is None
    }
    assets = {asset.id: asset for asset in await services.shared(ASSETS).of(town)}
    in_force = [rule for rule in rules if rule.programme in open_now]
    sources = {
        key: source
        for key in sorted({rule.programme for rule in in_force})
        if (source := await _source(services, open_now[key], assets, now)) is not None
    }
    candidates = tuple(
        Candidate(rule, source.asset.id, source.caps_of(payer))
        for rule in in_force
        if (source := sources.get(rule.programme)) is not None
    )
    if not candidates:
        return None
    return Earner(
        municipality=town,
        payer=payer,
        sources=sources,
        candidates=candidates,
        paid=frozenset(asset.id for asset in assets.values() if asset.paid),
    )


def _can_be_spent(lot: Lot) -> bool:
    """Whether the lot becomes usable before it expires."""
    return lot.usable_from is None or lot.expires_at is None or lot.usable_from < lot.expires_at


async def _source(
    services: Services, programme: Programme, assets: Mapping[int, Asset], now: datetime
) -> Source | None:
    """Find or open the lot of a programme's points of today; None where points could never be spent.

    Points that wait for the end of the refund window go to a lot that is usable from a later midnight.
    """
    asset = assets[programme.asset]
    starts = programme.usable_from
    if programme.activates_after_days:
        activates = midnight(effective_on(now) + timedelta(days=programme.activates_after_days))
        starts = activates if starts is None else max(starts, activates)
    issue = Issue(
        origin=LotOrigin.GRANT,
        funding=programme.funding,
        programme_id=programme.id,
        usable_from=starts,
        expires_at=programme.expires_at,
    )
    if ended(asset, issue, now):
        return None
    lot = await services.shared(LOTS).of(asset, issue, now)
    return Source(programme, asset, lot) if _can_be_spent(lot) else None


def spent_of(portions: Iterable[Portion]) -> dict[int, int]:
    """Sum a payment's portions by asset. Whole units."""
    spent: dict[int, int] = {}
    for portion in portions:
        spent[portion.asset] = spent.get(portion.asset, 0) + portion.amount
    return spent


@dataclass(frozen=True, slots=True)
class PointEarning(Part):
    """The points that a payment earns for its wallet.

    A programme without budget gives none, and the payment still settles. multiplier_of: the factor by which other parts
    of the payment multiply its points, in hundredths of a percent.
    """

    earner: Earner
    wallet_id: UUID
    multiplier_of: Callable[[Draft], int]

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The programmes that may give points."""
        return self.earner.programmes

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots of today's points."""
        return self.earner.lots

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The guards of the caps of the person and the household."""
        return self.earner.guards

    def apply(self, book: Book, draft: Draft, at: datetime) -> None:
        """Add points, by the lots that the draft takes from the wallet."""
        earner, multiplier_bp = self.earner, self.multiplier_of(draft)
        limits = _limits(book, earner, self.wallet_id, draft.balances)
        programmes = earner.granted(spent_of(draft.lots), at, limits, multiplier_bp)
        points = tuple(_give(book, draft, earner, self.wallet_id, granted) for granted in programmes)
        if points or multiplier_bp != MULTIPLIER_ONE:
            draft.sections.append(Earnings(points, multiplier_bp))


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
    for trace in granted.traced:
        for key, ceiling, _ in trace.rule.caps(earner.payer.person, earner.payer.day):
            draft.guards.append((book.guard(key, ceiling), trace.points))
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
        rules=tuple(
            RulePoints(trace.rule.id, trace.points, trace.reason.value) for trace in granted.traced if trace.points
        ),
    )


async def limits_now(earner: Earner, balances: Mapping[int, int]) -> Limits:
    """Read what a payment may still earn, without a lock: for a quote.

    `balances`: the wallet's balances after the payment, by asset. Whole units.
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
    """Limits that never cut: no caps are counted, and budgets never end."""
    return Limits(budgets=dict.fromkeys(earner.programmes, NO_LIMIT))
