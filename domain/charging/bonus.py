"""Bonuses on charges: a percentage out of a campaign's budget, until the budget is used up, within the person's cap."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assets.lots import LOTS, ended
from domain.assets.reads import ASSETS, Asset, Lot
from domain.charging.receipts import Bonuses
from domain.grants.grant import issue_of
from domain.ledger.book import AccountKey, Book
from domain.ledger.credit import credit
from domain.ledger.kinds import AccountKind
from domain.ledger.part import Part
from domain.ledger.receipt import Portion
from domain.ledger.request import Draft, GuardKey, effective_on
from domain.ledger.spend_order import multiple
from domain.programmes.caps import of_book
from domain.programmes.kinds import BASIS_POINTS, ProgrammeKind
from domain.programmes.reads import PROGRAMMES, Programme
from domain.residents.reads import person_of
from domain.services import Services


@dataclass(frozen=True, slots=True)
class Bonus:
    """The offer of a campaign on a charge: its programme, the lot of the bonus, and the person whose cap counts."""

    programme: Programme
    asset: Asset
    lot: Lot
    person: UUID
    household: UUID | None = None

    @property
    def caps(self) -> tuple[tuple[GuardKey, int], ...]:
        """The guards of the person's and the household's cap, each with its ceiling."""
        return self.programme.caps_of(self.person, self.household)


async def offered(services: Services, municipality: int, wallet_id: UUID, charged: int, now: datetime) -> list[Bonus]:
    """Return the bonuses of the campaigns that are open now for charges of an asset, oldest first.

    Campaigns that the wallet is not eligible for are left out.
    """
    campaigns = [
        programme
        for programme in await services.shared(PROGRAMMES).of(municipality)
        if programme.kind is ProgrammeKind.CHARGE_BONUS
        and programme.charged_asset == charged
        and programme.open_at(now)
    ]
    if not campaigns:
        return []
    person, claims = await person_of(municipality, wallet_id)
    assets = {asset.id: asset for asset in await services.shared(ASSETS).of(municipality)}
    return [
        Bonus(
            programme=programme,
            asset=assets[programme.asset],
            lot=await services.shared(LOTS).of(assets[programme.asset], issue_of(programme), now),
            person=person,
            household=None if claims is None else claims.household,
        )
        for programme in sorted(campaigns, key=lambda campaign: (campaign.starts_at, campaign.id))
        if programme.eligibility.reason_against(claims, effective_on(now).year) is None
        and not ended(assets[programme.asset], issue_of(programme), now)
    ]


def amount_of(bonus: Bonus, charged: int, left: int, budget: int, room: int) -> int:
    """Return the bonus on a charge, at most what the caps, the budget and the wallet's room leave.

    It is rounded down to the minimum unit of its asset. Whole units.
    """
    uncut = charged * (bonus.programme.rate_bp or 0) // BASIS_POINTS
    return multiple(max(0, min(uncut, left, budget, room)), bonus.asset.minimum_unit)


@dataclass(frozen=True, slots=True)
class ChargeBonuses(Part):
    """The bonuses of a charge. A campaign that has nothing left gives nothing, and the charge goes on."""

    offered: Sequence[Bonus]
    wallet_id: UUID

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The campaigns."""
        return tuple(bonus.programme.id for bonus in self.offered)

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots of the bonuses."""
        return tuple(bonus.lot.id for bonus in self.offered)

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The caps of the person and the household."""
        return tuple(key for bonus in self.offered for key, _ in bonus.caps)

    def apply(self, book: Book, draft: Draft, _at: datetime) -> None:
        """Add the bonuses on the draft's amount, one campaign after the other."""
        if self.offered:
            portions = [_give(book, draft, bonus, self.wallet_id, draft.amount) for bonus in self.offered]
            draft.sections.append(Bonuses(tuple(portion for portion in portions if portion is not None)))


def _give(book: Book, draft: Draft, bonus: Bonus, wallet_id: UUID, charged: int) -> Portion | None:
    town, asset = bonus.programme.municipality, bonus.asset
    guards, left = of_book(book, bonus.caps)
    budget = book.plain(town, AccountKind.BUDGET, bonus.programme.id, asset.id)
    before = draft.balances.get(asset.id, book.total(town, wallet_id, asset.id))
    room = 2**53 - 1 if asset.balance_cap is None else asset.balance_cap - before
    amount = amount_of(bonus, charged, left, budget.available, room)
    if not amount:
        return None
    account = book.account(town, AccountKey(AccountKind.WALLET, wallet_id, asset.id, bonus.lot.id), bonus.lot)
    credit(book, draft, budget, account, amount)
    draft.guards.extend((guard, amount) for guard in guards)
    draft.counterparties.setdefault(bonus.programme.id, wallet_id)
    draft.balances[asset.id] = before + amount
    return bonus.lot.portion(amount)
