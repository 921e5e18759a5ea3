"""Purchases of voucher units, first come, first served: with coin from the wallet, or with cash over a counter.

One journal moves the price (coin back to issuance, or yen into the cash account), the face value from the product's
budget into lots of the wallet, and the premium from the product's share of the declared budget. Every purchase takes
the product's lock, so that no more than the stock is ever sold. A gift's vouchers stay in the product's budget, in
lots of their own, until the gift is activated.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.assets import reads as assets
from domain.assets.counters import Counter, counter_of
from domain.assets.lots import LOTS, Issue
from domain.assets.reads import ASSETS, Asset, Lot
from domain.assets.receipts import Collected
from domain.assets.refusals import UnknownAssetError
from domain.assets.tries import post_counted
from domain.codes.refusals import RENEWED, InvalidCodeError
from domain.ledger.act import Act
from domain.ledger.book import AccountKey, Book
from domain.ledger.kinds import AccountKind, Channel, Funding, JournalKind, LotOrigin, Operation
from domain.ledger.part import Part, Parts
from domain.ledger.parties import own_wallet, usable_wallet
from domain.ledger.request import Draft, Facts, GuardKey, Posted, Request, effective_on, fingerprint
from domain.programmes.reads import PROGRAMMES, Programme
from domain.programmes.refusals import NotEligibleError
from domain.programmes.store_rules import StaleRulesError
from domain.refusals import InvalidInputError, NotPermittedError
from domain.residents.reads import person_of
from domain.services import Services
from domain.viewer import Viewer
from domain.vouchers import reads
from domain.vouchers.coin_price import coin_price_of
from domain.vouchers.create import STOCK_LIMIT, funding_of
from domain.vouchers.kinds import Stage
from domain.vouchers.product import VoucherProduct
from domain.vouchers.publish import asset_of, issuer_of
from domain.vouchers.receipts import BoughtUnits
from domain.vouchers.refusals import SoldOutError, UnitsExceededError, UnknownVoucherError, VoucherNotOnSaleError


@dataclass(frozen=True, slots=True)
class Purchase:
    """A purchase in the app. `gift`: the units are for another person, who activates them."""

    key: UUID
    municipality: int
    wallet_id: UUID
    product_id: UUID
    units: int
    gift: bool = False
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale over a counter. `store_id`: the charge agent's store; None: the municipal desk.

    code_ended: whether the wallet was named by a receive code that was renewed.
    """

    key: UUID
    municipality: int
    wallet_id: UUID
    product_id: UUID
    units: int
    store_id: UUID | None = None
    valid_until: datetime | None = None
    code_ended: bool = False


@dataclass(frozen=True, slots=True)
class Deal(Part):
    """The units that are sold to a wallet, as read before the locks. The price is another part.

    against: the reason why the person is not eligible; None: they are. by_agent: a store sells, and a refusal says no
    figures of the person.
    """

    product: VoucherProduct
    wallet: UUID
    units: int
    gift: bool
    voucher_lots: tuple[Lot, ...]
    person: UUID
    household: UUID | None
    issuer: UUID
    funding: Programme | None
    against: str | None
    by_agent: bool = False

    @property
    def price(self) -> int:
        """The price of all units. Whole units."""
        return self.product.terms.price * self.units

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots of the vouchers."""
        return tuple(lot.id for lot in self.voucher_lots)

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The guards of the stage, the units sold, the person and the household."""
        own = (self.product.stage_guard, self.product.sold_guard, self.product.person_guard(self.person))
        return own if self.household is None else (*own, self.product.household_guard(self.household))

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The holders whose accounts change in every sale."""
        return (self.wallet, self.product.id, self.issuer)

    def apply(self, book: Book, draft: Draft, at: datetime) -> None:
        """Count the units and move the vouchers and the premium.

        VoucherNotOnSaleError, NotEligibleError, SoldOutError, UnitsExceededError, and the refusals of `usable_wallet`.
        """
        product, terms, town = self.product, self.product.terms, self.product.municipality
        usable_wallet(book, town, self.wallet)
        stage = book.guard(product.stage_guard, Stage.CLOSED).value
        if stage != Stage.PUBLISHED or not terms.sale_starts_at <= at < terms.sale_ends_at:
            raise VoucherNotOnSaleError
        if self.against is not None:
            raise NotEligibleError(self.against)
        draft.amount = self.price
        draft.counterparties |= {self.wallet: product.id, product.id: self.wallet, self.issuer: product.id}
        draft.sections.append(
            BoughtUnits(
                units=self.units,
                face_value=terms.face_value * self.units,
                product=product.id,
                gift=self.gift,
                person=self.person,
                household=self.household,
            )
        )
        _count(book, draft, self)
        for part, lot in zip(terms.parts, self.voucher_lots, strict=True):
            _voucher(book, draft, self, part.face_value * self.units, lot)
        premium = terms.premium * self.units
        if self.funding is not None and premium:
            reserve = book.plain(town, AccountKind.BUDGET, product.id, self.funding.asset)
            used_up = book.plain(town, AccountKind.ISSUANCE, self.issuer, self.funding.asset)
            draft.moves.append((reserve, used_up, premium))


def request_of(viewer: Viewer, purchase: Purchase, deal: Deal, price: Part, funding: Funding) -> Request:
    """Make the request of a purchase by the wallet's own people. `price`: the part that pays it."""
    parts = Parts((deal, price))

    def admit(book: Book) -> None:
        own_wallet(book, purchase.municipality, purchase.wallet_id, viewer)

    return Request(
        municipality=purchase.municipality,
        actor=viewer.person_id,
        operation=Operation.PURCHASE_VOUCHER,
        key=purchase.key,
        input_hash=fingerprint(
            wallet=purchase.wallet_id,
            product=purchase.product_id,
            units=purchase.units,
            gift=purchase.gift or None,
            funding=funding.value or None,
        ),
        kind=JournalKind.VOUCHER_PURCHASE,
        holders=parts.holders,
        admit=admit,
        plan=parts.plan,
        access=(purchase.wallet_id,),
        lots=parts.lots,
        guards=parts.guards,
        valid_until=purchase.valid_until,
        facts=Facts(
            wallet_id=purchase.wallet_id,
            programme_id=deal.product.id,
            channel=Channel.APP,
            funding=funding,
            client=viewer.client,
        ),
    )


async def purchase(services: Services, viewer: Viewer, purchase: Purchase) -> Posted:
    """Buy units with coin or raise a refusal."""
    deal = await deal_of(
        services, purchase.municipality, purchase.wallet_id, purchase.product_id, purchase.units, gift=purchase.gift
    )

    async def run() -> Posted:
        price = await coin_price_of(
            services, deal.product, wallet=deal.wallet, issuer=deal.issuer, price=deal.price, lots=deal.voucher_lots
        )
        return await services.ledger.post(request_of(viewer, purchase, deal, price, Funding.NONE))

    try:
        return await run()
    except StaleRulesError:
        services.shared(ASSETS).forget(purchase.municipality)
        services.shared(PROGRAMMES).forget(purchase.municipality)
        return await run()


async def sell(services: Services, viewer: Viewer, sale: Sale) -> Posted:
    """Sell units for cash over a counter or raise a refusal. The counter's cash account moves in the same journal."""
    counter = await counter_of(sale.municipality, sale.store_id)
    deal = await deal_of(services, sale.municipality, sale.wallet_id, sale.product_id, sale.units, gift=False)
    if sale.store_id is not None:  # it does not learn where and how old somebody is, nor what they have bought
        deal = replace(deal, by_agent=True, against=None if deal.against is None else "NOT_FOR_PERSON")
    parts = Parts((deal, CashPrice(deal, counter)))

    def admit(book: Book) -> None:
        if not book.may(sale.municipality, counter.holder, viewer.person_id, viewer.relations(counter.relation)):
            raise NotPermittedError

    request = Request(
        municipality=sale.municipality,
        actor=viewer.person_id,
        operation=Operation.SELL_VOUCHER,
        key=sale.key,
        input_hash=fingerprint(wallet=sale.wallet_id, product=sale.product_id, units=sale.units, store=sale.store_id),
        kind=JournalKind.VOUCHER_PURCHASE,
        holders=parts.holders,
        admit=admit,
        plan=parts.plan,
        access=(counter.holder,),
        lots=parts.lots,
        guards=parts.guards,
        valid_until=sale.valid_until,
        facts=Facts(
            wallet_id=sale.wallet_id,
            store_id=sale.store_id,
            programme_id=deal.product.id,
            channel=Channel.DESK,
            funding=Funding.CASH,
            client=viewer.client,
        ),
        act=Act(sale.wallet_id, note=viewer.reason, after={"product": str(deal.product.id), "units": sale.units}),
    )
    if sale.code_ended:
        return await services.ledger.answer(request, otherwise=InvalidCodeError(RENEWED))
    if sale.store_id is None:
        return await services.ledger.post(request)
    return await post_counted(services, request, sale.wallet_id, UnitsExceededError)


async def deal_of(
    services: Services, municipality: int, wallet: UUID, product_id: UUID, units: int, *, gift: bool
) -> Deal:
    """Read the product, the buyer and the lots of a sale. UnknownVoucherError, InvalidInputError.

    Anything that changes with time is refused by the plan only, so that a settled key is answered for ever.
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
    issue = Issue(
        origin=LotOrigin.VOUCHER,
        funding=Funding.NONE,
        programme_id=product.id,
        usable_from=product.terms.usable_from,
        expires_at=product.terms.expires_at,
    )
    parts = product.terms.parts if now < product.terms.expires_at else ()
    lots = [
        await services.shared(LOTS).of(await _asset(services, municipality, asset_of(part)), issue, now)
        for part in parts
    ]
    funding = await funding_of(municipality, product.terms)
    return Deal(
        product=product,
        wallet=wallet,
        units=units,
        gift=gift,
        voucher_lots=tuple(lots),
        person=person,
        household=household,
        issuer=await issuer_of(municipality),
        funding=funding,
        against=against,
    )


async def _asset(services: Services, municipality: int, number: int) -> Asset:
    """Read an asset from the cache, or from the database where it is newer than the cache. UnknownAssetError."""
    cached = next((asset for asset in await services.shared(ASSETS).of(municipality) if asset.id == number), None)
    asset = cached or await assets.in_municipality(municipality, number)
    if asset is None:
        raise UnknownAssetError
    return asset


def _count(book: Book, draft: Draft, deal: Deal) -> None:
    """Count the units: of the stock, the person, the household. Stock first, so that a late buyer gets SOLD_OUT."""
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
        raise UnitsExceededError(None if deal.by_agent else max(0, room))
    draft.guards += [(sold, deal.units), *((guard, deal.units) for guard, _ in counted)]


def _voucher(book: Book, draft: Draft, deal: Deal, amount: int, lot: Lot) -> None:
    """Move one sub-voucher from the product's stock into the wallet, or into lots set apart for a gift."""
    town = deal.product.municipality
    stock = book.plain(town, AccountKind.BUDGET, deal.product.id, lot.asset)
    kind, holder = (AccountKind.BUDGET, deal.product.id) if deal.gift else (AccountKind.WALLET, deal.wallet)
    draft.moves.append((stock, book.account(town, AccountKey(kind, holder, lot.asset, lot.id), lot), amount))
    draft.lots.append(lot.portion(amount))
    if not deal.gift:
        draft.balances[lot.asset] = book.total(town, deal.wallet, lot.asset) + amount


@dataclass(frozen=True, slots=True)
class CashPrice(Part):
    """The price, paid in cash over a counter, whose cash account owes it to the municipality."""

    deal: Deal
    counter: Counter

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The holder of the counter."""
        return (self.counter.holder,)

    def apply(self, book: Book, draft: Draft, _at: datetime) -> None:
        """Add the cash, and the counter as the wallet's counterparty."""
        town, counter, wallet = self.deal.product.municipality, self.counter, self.deal.wallet
        box = book.plain(town, AccountKind.CASH, counter.holder, counter.yen)
        owed = book.plain(town, AccountKind.ISSUANCE, counter.issuer, counter.yen)
        draft.moves.append((owed, box, self.deal.price))
        draft.sections.append(Collected(counter.holder))
        draft.counterparties |= {wallet: counter.holder, counter.holder: wallet}
