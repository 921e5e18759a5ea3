"""What the town offers for a conversion now, and what of it a wallet gets: read before the ledger is asked.

Pure afterwards.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assets import reads as assets
from domain.assets.lots import LOTS, ended
from domain.assets.reads import Asset, Lot
from domain.assets.refusals import UnknownAssetError
from domain.conversions.reads import Rate, rate_at
from domain.conversions.refusals import ConversionAmountError, ConversionCapError, NoConversionRateError
from domain.grants.grant import issue_of
from domain.ledger import spend_order
from domain.ledger.book import Account
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
from domain.programmes.store_rules import StaleRulesError
from domain.residents import reads as residents
from domain.services import Services


@dataclass(frozen=True, slots=True)
class Offer:
    """A rate with its two assets, the programme that pays for what is received, its lot, and whose caps count."""

    rate: Rate
    given: Asset
    taken: Asset
    programme: Programme
    programmes: Mapping[UUID, Programme]
    lot: Lot
    person: UUID
    household: UUID | None
    day: str

    @property
    def caps(self) -> tuple[tuple[GuardKey, int], ...]:
        """The programme's caps for the person and the household, with their guards."""
        return self.programme.caps_of(self.person, self.household)

    @property
    def of_today(self) -> GuardKey:
        """The guard of what the person converts today; under the programme's lock, as all guards of the conversion."""
        period = f"{self.person}:{self.rate.from_asset}:{self.rate.to_asset}:{self.day}"
        return (self.rate.municipality, GuardKind.CONVERTED_TODAY, self.programme.id, period)

    def usable(self, account: Account, at: datetime) -> bool:
        """Whether the lot may be converted.

        Value that a programme gave for some shops only may not become value for others.
        """
        if account.asset != self.given.id or not account.usable(at):
            return False
        if account.programme_id is None:
            return True
        found = self.programmes.get(account.programme_id)
        if found is None:
            raise StaleRulesError
        return not found.acceptance.restricted

    def restricted(self, account: Account) -> bool:
        """Nothing restricted is converted, so nothing comes first for it."""
        return account.asset != self.given.id

    def unit(self, account: Account) -> int:
        """The least of it that leaves a lot."""
        return self.given.minimum_unit if account.asset == self.given.id else 1


@dataclass(frozen=True, slots=True)
class Counted:
    """What is there and what was counted before.

    Whole units; `today` of what is converted, the rest of what is received.
    """

    today: int
    cap_left: int
    budget: int
    held: int


@dataclass(frozen=True, slots=True)
class Converted:
    """What a conversion takes from which lots, and what it brings. Whole units."""

    parts: list[tuple[Account, int]]
    spent: int
    received: int


async def offer_of(services: Services, municipality: int, wallet: UUID, from_asset: int, to_asset: int) -> Offer:
    """What the town offers the wallet now, or the refusal."""
    now = services.clock()
    given, taken = (
        await assets.in_municipality(municipality, from_asset),
        await assets.in_municipality(municipality, to_asset),
    )
    if given is None or taken is None:
        raise UnknownAssetError
    rate = await rate_at(municipality, from_asset, to_asset, now)
    if rate is None:
        raise NoConversionRateError
    programme = await programmes.by_id(municipality, rate.programme_id)
    if programme is None:
        raise UnknownProgrammeError
    if not programme.open_at(now) or ended(taken, issue_of(programme), now):
        raise ProgrammeClosedError
    person, claims = await residents.person_of(municipality, wallet)
    against = programme.eligibility.reason_against(claims, effective_on(now).year)
    if against is not None:
        raise NotEligibleError(against)
    lot = await services.shared(LOTS).of(taken, issue_of(programme), now)
    known = {one.id: one for one in await services.shared(PROGRAMMES).of(municipality)}
    return Offer(
        rate,
        given,
        taken,
        programme,
        known,
        lot,
        person,
        None if claims is None else claims.household,
        effective_on(now).isoformat(),
    )


def worked_out(offer: Offer, amount: int, accounts: Iterable[Account], counted: Counted, at: datetime) -> Converted:
    """The conversion of an amount (whole units of what is converted), or the first refusal.

    Pure; `quoteConversion` and `convert` share it.
    """
    rate, unit = offer.rate, offer.taken.minimum_unit
    received = rate.received(amount, unit)
    if amount % rate.minimum_unit or not received:
        raise ConversionAmountError(rate.minimum_unit, rate.spent(unit))
    spent = rate.spent(received)
    lots = spend_order.spendable(accounts, at, offer)
    parts, missing = spend_order.allocate(lots, spent, offer)
    if missing:
        raise InsufficientBalanceError(available=spent - missing, asked=spent)
    if rate.cap_per_day is not None and counted.today + spent > rate.cap_per_day:
        raise ConversionCapError(max(0, rate.cap_per_day - counted.today))
    if received > counted.cap_left:
        raise CapExceededError(max(0, counted.cap_left))
    if received > counted.budget:
        raise BudgetExceededError(counted.budget)
    cap = offer.taken.balance_cap
    if cap is not None and counted.held + received > cap:
        raise BalanceCapError(cap)
    return Converted(parts, spent, received)
