"""Offers of conversions: read before the locks, and the pure computation of what a wallet gets by them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assets import reads as assets
from domain.assets.lots import LOTS, ended
from domain.assets.reads import Asset, Lot
from domain.assets.refusals import UnknownAssetError
from domain.conditions.acceptance import both
from domain.conversions.reads import Rate, rate_at
from domain.conversions.refusals import ConversionAmountError, ConversionCapError, NoConversionRateError
from domain.grants.grant import issue_of
from domain.ledger import spend_order
from domain.ledger.book import Account
from domain.ledger.kept_away import SpendingRule
from domain.ledger.kinds import GuardKind
from domain.ledger.refusals import BalanceCapError, InsufficientBalanceError
from domain.ledger.request import GuardKey, effective_on
from domain.programmes import reads as programmes
from domain.programmes.reads import PROGRAMMES, Programme
from domain.programmes.refusals import (
    BudgetExceededError,
    CapExceededError,
    NotEligibleError,
    ProgrammeClosedError,
    UnknownProgrammeError,
)
from domain.programmes.rights import Bound, Rights, missing_value
from domain.programmes.store_rules import StaleRulesError
from domain.residents import reads as residents
from domain.services import Services


@dataclass(frozen=True, slots=True)
class Offer:
    """A conversion that the municipality offers now, with the person and household whose caps count.

    source: the asset that is converted. target: the asset that is received. programme: pays for what is received.
    lot: the lot of what is received. day: the civil day of the daily cap, in ISO format.
    """

    rate: Rate
    source: Asset
    target: Asset
    programme: Programme
    programmes: Mapping[UUID, Programme]
    lot: Lot
    person: UUID
    household: UUID | None
    day: str

    @property
    def caps(self) -> tuple[tuple[GuardKey, int], ...]:
        """The programme's caps for the person and the household: guards with their ceilings in whole units."""
        return self.programme.caps_of(self.person, self.household)

    @property
    def of_today(self) -> GuardKey:
        """The guard that counts what the person converts today. Like all guards here, under the programme's lock."""
        period = f"{self.person}:{self.rate.from_asset}:{self.rate.to_asset}:{self.day}"
        return (self.rate.municipality, GuardKind.CONVERTED_TODAY, self.programme.id, period)

    @property
    def rights(self) -> Rights:
        """The rights of what is received: until when, where and at what hours it may be spent."""
        return Rights(self.lot.expires_at, (both(self.target.acceptance, self.programme.acceptance),))

    def obstacle(self, account: Account, at: datetime) -> SpendingRule | None:
        """Return the rule by which a lot of the source may not be converted; None: it may be.

        StaleRulesError for a programme that the cache does not have yet.
        """
        return account.obstacle(at) or (None if self.bound(account) is None else SpendingRule.RESTRICTED)

    def bound(self, account: Account) -> Bound | None:
        """Return how a lot is more bound than what would be received, so that it may not be converted.

        The rate may let value end later, if it is not exempt by its six months; nothing lets it pay at more stores.
        """
        rules = [self.source.acceptance]
        if account.programme_id is not None:
            programme = self.programmes.get(account.programme_id)
            if programme is None:
                raise StaleRulesError
            rules.append(programme.acceptance)
        may_end_later = bool(self.rate.later_end_reason) and not self.source.six_month_exempt
        return self.rights.bound(account, tuple(rules), may_end_later=may_end_later)

    def restricted(self, account: Account) -> bool:
        """Return whether a lot comes first. Restricted value is never converted, so no lot of the source does."""
        return account.asset != self.source.id

    def unit(self, account: Account) -> int:
        """Return the least amount that may leave a lot. Whole units."""
        return self.source.minimum_unit if account.asset == self.source.id else 1

    def maximum(self, _account: Account) -> int:
        """Return the most of the source that one conversion takes: its cap is that of the rate. Whole units."""
        return spend_order.NO_LIMIT

    def asset(self, _account: Account) -> Asset:
        """Return the source, of which all lots are that may be converted."""
        return self.source


@dataclass(frozen=True, slots=True)
class ConversionLimits:
    """The counts and balances that limit a conversion. Whole units.

    today: converted by the person today, of the source. cap_left, budget: what caps and budget leave, of the target.
    held: the wallet's balance of the target.
    """

    today: int
    cap_left: int
    budget: int
    held: int


@dataclass(frozen=True, slots=True)
class Converted:
    """The result of a conversion: the amounts from lots, their sum, and the amount received. Whole units."""

    parts: list[tuple[Account, int]]
    spent: int
    received: int


async def offer_of(services: Services, municipality: int, wallet: UUID, from_asset: int, to_asset: int) -> Offer:
    """Read what the municipality offers a wallet now, or raise the refusal."""
    now = services.clock()
    source = await assets.in_municipality(municipality, from_asset)
    target = await assets.in_municipality(municipality, to_asset)
    if source is None or target is None:
        raise UnknownAssetError
    rate = await rate_at(municipality, from_asset, to_asset, now)
    if rate is None:
        raise NoConversionRateError
    programme = await programmes.by_id(municipality, rate.programme_id)
    if programme is None:
        raise UnknownProgrammeError
    if not programme.open_at(now) or ended(target, issue_of(programme), now):
        raise ProgrammeClosedError
    person, claims = await residents.person_of(municipality, wallet)
    reason = programme.eligibility.reason_against(claims, effective_on(now).year)
    if reason is not None:
        raise NotEligibleError(reason)
    return Offer(
        rate=rate,
        source=source,
        target=target,
        lot=await services.shared(LOTS).of(target, issue_of(programme), now),
        programme=programme,
        programmes={known.id: known for known in await services.shared(PROGRAMMES).of(municipality)},
        person=person,
        household=None if claims is None else claims.household,
        day=effective_on(now).isoformat(),
    )


def worked_out(
    offer: Offer, amount: int, accounts: Iterable[Account], limits: ConversionLimits, at: datetime
) -> Converted:
    """Compute the conversion of an amount, in whole units of the source, or raise the first refusal.

    Pure; shared by `quoteConversion` and `convert`.
    """
    rate, unit = offer.rate, offer.target.minimum_unit
    received = rate.received(amount, unit)
    if amount % rate.minimum_unit or not received:
        raise ConversionAmountError(rate.minimum_unit, rate.spent(unit))
    spent = rate.spent(received)
    sources = [account for account in accounts if account.asset == offer.source.id]
    lots = spend_order.spendable(sources, at, offer)
    parts, missing = spend_order.allocate(lots, spent, offer)
    if missing:
        kept = spend_order.kept_away(sources, at, offer, parts, missing)
        refused = InsufficientBalanceError(spend_order.payable(lots, offer), spent, kept)
        raise missing_value(refused, [lot for lot in sources if lot.usable(at)], offer.bound)
    if rate.cap_per_day is not None and limits.today + spent > rate.cap_per_day:
        raise ConversionCapError(max(0, rate.cap_per_day - limits.today))
    if received > limits.cap_left:
        raise CapExceededError(max(0, limits.cap_left))
    if received > limits.budget:
        raise BudgetExceededError(limits.budget)
    cap = offer.target.balance_cap
    if cap is not None and limits.held + received > cap:
        raise BalanceCapError(cap)
    return Converted(parts, spent, received)
