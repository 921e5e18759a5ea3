"""Voucher products as the viewer may see them: published ones for everybody, drafts for the municipality's staff."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from domain.assets.reads import last_day
from domain.identifiers import Prefix
from domain.locales.catalogue import message
from domain.programmes.reads import budgets_left
from domain.vouchers import reads
from domain.vouchers.preview import Preview
from domain.vouchers.product import SubVoucher as DomainSubVoucher
from domain.vouchers.product import Terms
from domain.vouchers.product import VoucherProduct as DomainVoucherProduct
from domain.vouchers.reads import Bought
from schema.assets.enums import LegalProfile
from schema.assets.types import Asset, asset_of
from schema.conditions.types import Acceptance, Eligibility, Hours
from schema.core.access import serves
from schema.core.context import Context, MeguruInfo
from schema.core.node import Node
from schema.core.page import After, First
from schema.core.scalars import Amount, amount_or_none
from schema.municipalities.types import Municipality, municipality_of
from schema.vouchers.enums import LegalBasis, VoucherState
from schema.vouchers.stores import EligibleStoreConnection, eligible_stores_of


@strawberry.type(description="One kind of voucher in a unit. 券種")
class SubVoucher:
    """One kind of voucher."""

    municipality: strawberry.Private[int]
    part: strawberry.Private[DomainSubVoucher]

    @strawberry.field(description="Its name in the language of the request.")
    def name(self, info: MeguruInfo) -> str:
        return info.context.in_language(self.part.name_ja, self.part.name_en)

    @strawberry.field(description="Its part of a unit's face value. Whole units.")
    def face_value(self) -> Amount:
        return Amount(self.part.face_value)

    @strawberry.field(description="The least that may be spent of it, and its multiples. Whole units.")
    def minimum_unit(self) -> Amount:
        return Amount(self.part.minimum_unit)

    @strawberry.field(description="Whether it is given free of charge in addition to what is paid.")
    def free(self) -> bool:
        return self.part.free

    @strawberry.field(description="Where it may be used.")
    def acceptance(self) -> Acceptance:
        return Acceptance(municipality=self.municipality, rule=self.part.acceptance)

    @strawberry.field(description="The asset that wallets hold; null until the product is published.")
    async def asset(self, info: MeguruInfo) -> Asset | None:
        return None if self.part.asset is None else await asset_of(info, self.part.asset)

    @strawberry.field(description="The stores that accept it, and how many they are.")
    async def eligible_stores(
        self, info: MeguruInfo, first: First = 20, after: After = None
    ) -> EligibleStoreConnection:
        return await eligible_stores_of(info, self.municipality, self.part.acceptance, first, after)


def sub_vouchers_of(municipality: int, terms: Terms) -> list[SubVoucher]:
    """The kinds of voucher in a unit."""
    return [SubVoucher(municipality=municipality, part=part) for part in terms.parts]


@strawberry.type(description="What the Payment Services Act says of a product. 資金決済法")
class LegalVerdict:
    """What the law says of a product's terms."""

    terms: strawberry.Private[Terms]

    @strawberry.field(description="Why it may be issued.")
    def basis(self) -> LegalBasis:
        return self.terms.legal_basis

    @strawberry.field(description="The same in a sentence, in the language of the request.")
    def explanation(self, info: MeguruInfo) -> str:
        return message(f"LEGAL_{self.terms.legal_basis}", info.context.locale)

    @strawberry.field(description="Last day that the law allows, in Asia/Tokyo; null: no limit.")
    def latest_expires_on(self) -> date | None:
        return self.terms.latest_expires_on

    @strawberry.field(
        description=(
            "Whether a deposit may become due: not exempt, and more than 10,000,000 could be unused at a base date."
            " 発行保証金"
        )
    )
    def deposit_may_be_due(self) -> bool:
        return self.terms.deposit_may_be_due


@strawberry.type(description="What a product would cost its municipality, and what the law says.")
class VoucherPreview:
    """What a product would cost, which may not exist yet."""

    preview: strawberry.Private[Preview]

    @strawberry.field(
        description="What the municipality pays if every unit is sold: the premium of all. Whole units. 最大負担額"
    )
    def maximum_exposure(self) -> Amount:
        return Amount(self.preview.terms.maximum_exposure)

    @strawberry.field(description="What buyers pay for all units. Whole units.")
    def total_price(self) -> Amount:
        return Amount(self.preview.terms.price * self.preview.terms.stock)

    @strawberry.field(description="What all units are worth. Whole units.")
    def total_face_value(self) -> Amount:
        return Amount(self.preview.terms.face_value * self.preview.terms.stock)

    @strawberry.field(description="(face - price) / price in hundredths of a percent, rounded down.")
    def premium_rate_bp(self) -> int:
        return self.preview.terms.premium_rate_bp

    @strawberry.field(description="What is left of the declared budget; null: none is declared. Whole units.")
    def budget_available(self) -> Amount | None:
        return amount_or_none(self.preview.budget_available)

    @strawberry.field(description="What the Payment Services Act says.")
    def legal(self) -> LegalVerdict:
        return LegalVerdict(terms=self.preview.terms)

    @strawberry.field(description="The kinds of voucher, with the stores that would accept them.")
    def sub_vouchers(self) -> list[SubVoucher]:
        return sub_vouchers_of(self.preview.municipality, self.preview.terms)


@strawberry.type(description="A voucher product: sold in units, each with its kinds of voucher. 商品券")
class VoucherProduct(Node):
    """A voucher product."""

    product: strawberry.Private[DomainVoucherProduct]

    def key(self) -> tuple[Prefix, int, UUID | int]:
        """Its key in its municipality."""
        return Prefix.VOUCHER_PRODUCT, self.product.municipality, self.product.id

    @strawberry.field(description="Short name within the municipality.")
    def code(self) -> str:
        return self.product.terms.code

    @strawberry.field(description="Its name in the language of the request.")
    def name(self, info: MeguruInfo) -> str:
        return info.context.in_language(self.product.terms.name_ja, self.product.terms.name_en)

    @strawberry.field(description="Its municipality.")
    async def municipality(self, info: MeguruInfo) -> Municipality:
        return await municipality_of(info, self.product.municipality)

    @strawberry.field(
        description="Present state; depends on approvals and the time. Drafts are for the municipality's staff."
    )
    def state(self, info: MeguruInfo) -> VoucherState:
        return self.product.state(info.context.services.clock())

    @strawberry.field(description="What a unit costs. Whole units. 販売価格")
    def price(self) -> Amount:
        return Amount(self.product.terms.price)

    @strawberry.field(description="What a unit is worth. Whole units. 額面")
    def face_value(self) -> Amount:
        return Amount(self.product.terms.face_value)

    @strawberry.field(
        description=(
            "Why coin that residents charged may buy it although the vouchers end later than that coin, or more stores"
            " take them; null: such coin does not pay."
        )
    )
    def wider_than_coin_reason(self) -> str | None:
        return self.product.terms.wider_than_coin_reason or None

    @strawberry.field(
        description=(
            "(face - price) / price in hundredths of a percent, rounded down; negative where the face value is below"
            " the price."
        )
    )
    def premium_rate_bp(self) -> int:
        return self.product.terms.premium_rate_bp

    @strawberry.field(description="The kinds of voucher in a unit.")
    def sub_vouchers(self) -> list[SubVoucher]:
        return sub_vouchers_of(self.product.municipality, self.product.terms)

    @strawberry.field(description="The most units that are sold. 口数")
    def stock(self) -> int:
        return self.product.terms.stock

    @strawberry.field(description="Units that are not sold.")
    def stock_left(self) -> int:
        return self.product.stock_left

    @strawberry.field(description="The most units for one person.")
    def units_per_person(self) -> int:
        return self.product.terms.units_per_person

    @strawberry.field(description="The most units for one household; null: no limit.")
    def units_per_household(self) -> int | None:
        return self.product.terms.units_per_household

    @strawberry.field(
        description="How many more units the viewer may buy, by stock, person and household; null without a token."
    )
    async def units_left_for_viewer(self, info: MeguruInfo) -> int | None:
        if info.context.viewer is None:
            return None
        bought = await info.context.load_as_viewer(_bought, (self.product.municipality, self.product.id))
        return self.product.units_left(bought.of_person, bought.of_household)

    @strawberry.field(description="Time from which it is sold, in UTC.")
    def sale_starts_at(self) -> datetime:
        return self.product.terms.sale_starts_at

    @strawberry.field(description="Time until which it is sold, exclusive, in UTC.")
    def sale_ends_at(self) -> datetime:
        return self.product.terms.sale_ends_at

    @strawberry.field(description="Time from which the vouchers may be used, in UTC.")
    def usable_from(self) -> datetime:
        return self.product.terms.usable_from

    @strawberry.field(description="Last day on which they may be used, in Asia/Tokyo.")
    def expires_on(self) -> date:
        return last_day(self.product.terms.expires_at)

    @strawberry.field(description="On which days and at which hours they may be used.")
    def usable_hours(self) -> Hours:
        return Hours(hours=self.product.terms.hours)

    @strawberry.field(description="Who may buy.")
    def eligibility(self) -> Eligibility:
        return Eligibility(eligibility=self.product.terms.eligibility)

    @strawberry.field(description="Who issues it, in terms of the Payment Services Act.")
    def legal_profile(self) -> LegalProfile:
        return self.product.terms.legal_profile

    @strawberry.field(
        description="What it costs the municipality, and what the law says. Null for everybody but its staff."
    )
    async def preview(self, info: MeguruInfo) -> VoucherPreview | None:
        municipality, terms = self.product.municipality, self.product.terms
        if not await serves(info, municipality):
            return None
        funding = terms.funding_programme
        available = None if funding is None else Amount(await info.context.load(budgets_left, (municipality, funding)))
        return VoucherPreview(preview=Preview(municipality=municipality, terms=terms, budget_available=available))


async def _bought(context: Context, keys: list[tuple[int, UUID]]) -> list[Bought]:
    return await reads.bought(context.asker.person_id, keys)


async def visible_products(
    info: MeguruInfo, municipality: int, products: list[DomainVoucherProduct]
) -> list[VoucherProduct]:
    """Those of a municipality's products that the viewer may see: drafts only for its staff."""
    shows_drafts = await serves(info, municipality)
    return [VoucherProduct(product=product) for product in products if product.published or shows_drafts]


async def voucher_product_for(info: MeguruInfo, municipality: int, product: UUID) -> VoucherProduct | None:
    """A product, if the viewer may see it."""
    row = await info.context.load(reads.by_keys, (municipality, product))
    visible = [] if row is None else await visible_products(info, municipality, [row])
    return visible[0] if visible else None
