"""Buying units of a voucher product, first come: with coin out of the wallet, or with cash over a counter.

One journal moves the price (coin back to issuance, or yen into the cash box), the face value out of the product's
budget into lots of
the wallet, and the premium out of the product's share of the declared budget. All buyers meet at the product's lock, so
that no more
than the stock is ever sold. A gift's vouchers stay in the product's budget, set apart by their lots, until somebody
activates it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assets import reads as assets
from domain.assets.counters import Counter, counter_of
from domain.assets.kinds import CHARGEABLE
from domain.assets.lots import LOTS, Issue
from domain.assets.reads import ASSETS, Asset, Lot
from domain.assets.receipts import Collected
from domain.assets.refusals import UnknownAssetError
from domain.ledger import spend_order
from domain.ledger.book import Account, AccountKey, Book
from domain.ledger.kinds import AccountKind, Channel, Funding, JournalKind, LotOrigin, Operation
from domain.ledger.parties import own_wallet, usable_wallet
from domain.ledger.receipt import Portion
from domain.ledger.refusals import InsufficientBalanceError
from domain.ledger.request import Draft, Facts, GuardKey, Posted, Request, effective_on, fingerprint
from domain.programmes.reads import Programme
from domain.programmes.refusals import NotEligibleError
from domain.refusals import InvalidInputError, NotPermittedError
from domain.residents.reads import person_of
from domain.services import Services
from domain.viewer import Viewer
from domain.vouchers import reads
from domain.vouchers.create import STOCK_LIMIT, funding_of
from domain.vouchers.kinds import Stage
from domain.vouchers.product import VoucherProduct
from domain.vouchers.publish import asset_of, issuer_of
from domain.vouchers.receipts import BoughtUnits
from domain.vouchers.refusals import SoldOutError, UnitsExceededError, UnknownVoucherError, VoucherNotOnSaleError


@dataclass(frozen=True, slots=True)
class Purchase:
    """What a buyer asks. `gift`: for somebody else, who activates it."""

    key: UUID
    municipality: int
    wallet_id: UUID
    product_id: UUID
    units: int
    gift: bool = False
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """What a counter asks. `store_id` names the agent's shop, None the municipal desk."""

    key: UUID
    municipality: int
    wallet_id: UUID
    product_id: UUID
    units: int
    store_id: UUID | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deal:
    """What is sold to whom, as read before the locks."""

    product: VoucherProduct
    wallet: UUID
    units: int
    gift: bool
    lots: tuple[Lot, ...]
    person: UUID
    household: UUID | None
    issuer: UUID
    funding: Programme | None
    against: str | None

    @property
    def price(self) -> int:
        """Whole units."""
        return self.product.terms.price * self.units

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """What is counted."""
        own = (self.product.stage_guard, self.product.sold_guard, self.product.person_guard(self.person))
        return own if self.household is None else (*own, self.product.household_guard(self.household))

    @property
    def holders(self) -> tuple[UUID, ...]:
        """Whose accounts change in every sale."""
        return (self.wallet, self.product.id, self.issuer)

    def bought(self, paid: tuple[Portion, ...] = ()) -> BoughtUnits:
        """What the receipt keeps of it. `paid`: the lots of coin that paid."""
        return BoughtUnits(
            units=self.units,
            face_value=self.product.terms.face_value * self.units,
            product=self.product.id,
            gift=self.gift,
            person=self.person,
            household=self.household,
            paid=paid,
        )


Pays = Callable[[Book, datetime, Draft], tuple[Portion, ...]]
"""Adds how the price is paid to a draft, or raises its refusal; the lots of the wallet that paid, if any."""


def request_of(viewer: Viewer, what: Purchase, deal: Deal, pays: Pays, funding: Funding) -> Request:
    """The journal of a purchase by the wallet's own people."""

    def plan(book: Book, at: datetime) -> Draft:
        own_wallet(book, what.municipality, what.wallet_id, viewer)
        draft = _sell(book, at, deal)
        draft.sections.append(deal.bought(pays(book, at, draft)))
        return draft

    return Request(
        municipality=what.municipality,
        actor=viewer.person_id,
        operation=Operation.PURCHASE_VOUCHER,
        key=what.key,
        input_hash=fingerprint(
            wallet=what.wallet_id,
            product=what.product_id,
            units=what.units,
            gift=what.gift or None,
            funding=funding.value or None,
        ),
        kind=JournalKind.VOUCHER_PURCHASE,
        holders=deal.holders,
        plan=plan,
        access=(what.wallet_id,),
        lots=tuple(lot.id for lot in deal.lots),
        guards=deal.guards,
        valid_until=what.valid_until,
        facts=Facts(
            wallet_id=what.wallet_id,
            programme_id=deal.product.id,
            channel=Channel.APP,
            funding=funding,
            client=viewer.client,
        ),
    )


async def purchase(services: Services, viewer: Viewer, what: Purchase) -> Posted:
    """Buys with coin or raises a refusal."""
    deal = await deal_of(services, what.municipality, what.wallet_id, what.product_id, what.units, gift=what.gift)
    coins = {
        asset.id: asset for asset in await services.shared(ASSETS).of(what.municipality) if asset.kind in CHARGEABLE
    }

    def with_coin(book: Book, at: datetime, draft: Draft) -> tuple[Portion, ...]:
        return _with_coin(book, at, draft, deal, coins)

    return await services.ledger.post(request_of(viewer, what, deal, with_coin, Funding.NONE))


async def sell(services: Services, viewer: Viewer, what: Sale) -> Posted:
    """Sells for cash over a counter or raises a refusal; the collector's cash account moves in the same journal."""
    counter = await counter_of(what.municipality, what.store_id)
    deal = await deal_of(services, what.municipality, what.wallet_id, what.product_id, what.units, gift=False)

    def plan(book: Book, at: datetime) -> Draft:
        if not book.may(what.municipality, counter.holder, viewer.person_id, viewer.relations(counter.relation)):
            raise NotPermittedError
        draft = _sell(book, at, deal)
        _with_cash(book, draft, deal, counter)
        draft.sections.append(deal.bought())
        return draft

    return await services.ledger.post(
        Request(
            municipality=what.municipality,
            actor=viewer.person_id,
            operation=Operation.SELL_VOUCHER,
            key=what.key,
            input_hash=fingerprint(
                wallet=what.wallet_id, product=what.product_id, units=what.units, store=what.store_id
            ),
            kind=JournalKind.VOUCHER_PURCHASE,
            holders=(*deal.holders, counter.holder),
            plan=plan,
            access=(counter.holder,),
            lots=tuple(lot.id for lot in deal.lots),
            guards=deal.guards,
            valid_until=what.valid_until,
            facts=Facts(
                wallet_id=what.wallet_id,
                store_id=what.store_id,
                programme_id=deal.product.id,
                channel=Channel.DESK,
                funding=Funding.CASH,
                client=viewer.client,
            ),
        )
    )


async def deal_of(
    services: Services, municipality: int, wallet: UUID, product_id: UUID, units: int, *, gift: bool
) -> Deal:
    """Reads what a sale needs.

    What may change with time is refused by the plan only, so that a settled key is answered for ever.
    """
    product = await reads.by_id(municipality, product_id)
    if product is None or not product.published:
        raise UnknownVoucherError
    if not 1 <= units <= STOCK_LIMIT:
        raise InvalidInputError("units", "POSITIVE")
    now = services.clock()
    person, claims = await person_of(municipality, wallet)
    against = product.terms.eligibility.reason_against(claims, effective_on(now).year)
    household = None if product.terms.units_per_household is None or claims is None else claims.household
    if product.terms.units_per_household is not None and household is None:
        against = against or "UNVERIFIED"
    issue = Issue(LotOrigin.VOUCHER, Funding.NONE, product.id, product.terms.usable_from, product.terms.expires_at)
    parts = product.terms.parts if now < product.terms.expires_at else ()
    lots = [
        await services.shared(LOTS).of(await _asset(services, municipality, asset_of(part)), issue, now)
        for part in parts
    ]
    funding = await funding_of(municipality, product.terms)
    return Deal(
        product, wallet, units, gift, tuple(lots), person, household, await issuer_of(municipality), funding, against
    )


async def _asset(services: Services, municipality: int, number: int) -> Asset:
    """As remembered, or from the database where it is newer than what this process knows."""
    known = next((asset for asset in await services.shared(ASSETS).of(municipality) if asset.id == number), None)
    found = known or await assets.in_municipality(municipality, number)
    if found is None:
        raise UnknownAssetError
    return found


def _sell(book: Book, at: datetime, deal: Deal) -> Draft:
    """Counts the units and moves the vouchers and the premium; the price is the caller's. Pure."""
    product, town = deal.product, deal.product.municipality
    usable_wallet(book, town, deal.wallet)
    if (
        book.guard(product.stage_guard, Stage.CLOSED).value != Stage.PUBLISHED
        or not product.terms.sale_starts_at <= at < product.terms.sale_ends_at
    ):
        raise VoucherNotOnSaleError
    if deal.against is not None:
        raise NotEligibleError(deal.against)
    draft = Draft(
        amount=deal.price, counterparties={deal.wallet: product.id, product.id: deal.wallet, deal.issuer: product.id}
    )
    _count(book, draft, deal)
    for part, lot in zip(product.terms.parts, deal.lots, strict=True):
        _voucher(book, draft, deal, part.face_value * deal.units, lot)
    premium = product.terms.premium * deal.units
    if deal.funding is not None and premium:
        reserve = book.plain(town, AccountKind.BUDGET, product.id, deal.funding.asset)
        draft.moves.append((reserve, book.plain(town, AccountKind.ISSUANCE, deal.issuer, deal.funding.asset), premium))
    return draft


def _count(book: Book, draft: Draft, deal: Deal) -> None:
    """Stock, person, household: in this order, so that who comes too late hears that it is sold out."""
    product, terms = deal.product, deal.product.terms
    sold = book.guard(product.sold_guard, terms.stock)
    if deal.units > terms.stock - sold.value:
        raise SoldOutError(terms.stock - sold.value)
    counted = [(book.guard(product.person_guard(deal.person), terms.units_per_person), terms.units_per_person)]
    if deal.household is not None and terms.units_per_household is not None:
        counted.append(
            (book.guard(product.household_guard(deal.household), terms.units_per_household), terms.units_per_household)
        )
    room = min(limit - guard.value for guard, limit in counted)
    if deal.units > room:
        raise UnitsExceededError(max(0, room))
    draft.guards += [(sold, deal.units), *((guard, deal.units) for guard, _ in counted)]


def _voucher(book: Book, draft: Draft, deal: Deal, amount: int, lot: Lot) -> None:
    """One kind of voucher out of the product's stock: into the wallet, or set apart for a gift."""
    town = deal.product.municipality
    stock = book.plain(town, AccountKind.BUDGET, deal.product.id, lot.asset)
    kind, holder = (AccountKind.BUDGET, deal.product.id) if deal.gift else (AccountKind.WALLET, deal.wallet)
    draft.moves.append((stock, book.account(town, AccountKey(kind, holder, lot.asset, lot.id), lot), amount))
    draft.lots.append(lot.portion(amount))
    if not deal.gift:
        draft.balances[lot.asset] = book.total(town, deal.wallet, lot.asset) + amount


@dataclass(frozen=True, slots=True)
class _CoinRules:
    """Coin buys vouchers from the town itself: which shops take it does not matter."""

    coins: dict[int, Asset]

    def usable(self, account: Account, at: datetime) -> bool:
        """Coin that has not ended."""
        return account.asset in self.coins and account.usable(at)

    def restricted(self, account: Account) -> bool:
        """Coin in steps goes first."""
        return self.unit(account) > 1

    def unit(self, account: Account) -> int:
        """Whole units."""
        return self.coins[account.asset].minimum_unit


def _with_coin(book: Book, at: datetime, draft: Draft, deal: Deal, coins: dict[int, Asset]) -> tuple[Portion, ...]:
    """Takes the price out of the wallet's coin: the lots that paid."""
    town = deal.product.municipality
    rules = _CoinRules(coins)
    lots = spend_order.spendable(book.wallet_lots(town, deal.wallet), at, rules)
    taken, missing = spend_order.allocate(lots, deal.price, rules)
    if missing:
        raise InsufficientBalanceError(available=sum(lot.available for lot in lots), asked=deal.price)
    for lot, part in taken:
        draft.moves.append((lot, book.plain(town, AccountKind.ISSUANCE, deal.issuer, lot.asset), part))
        before = draft.balances.get(lot.asset, book.total(town, deal.wallet, lot.asset))
        draft.balances[lot.asset] = before - part
    return tuple(lot.portion(part) for lot, part in taken)


def _with_cash(book: Book, draft: Draft, deal: Deal, counter: Counter) -> None:
    town = deal.product.municipality
    box = book.plain(town, AccountKind.CASH, counter.holder, counter.yen)
    draft.moves.append((book.plain(town, AccountKind.ISSUANCE, counter.issuer, counter.yen), box, deal.price))
    draft.sections.append(Collected(counter.holder))
    draft.counterparties |= {deal.wallet: counter.holder, counter.holder: deal.wallet}
