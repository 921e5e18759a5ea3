"""Voucher products, their kinds, gifts, and their receipts."""

from datetime import date, datetime
from typing import Annotated

import strawberry
from strawberry import Parent
from strawberry.types import Info

from domain.assets.reads import last_day
from domain.locales.catalogue import message
from domain.vouchers.preview import Preview
from domain.vouchers.product import Terms
from domain.vouchers.receipts import Activated, BoughtUnits
from resolvers import views, voucher_reads, voucher_views
from schema.conditions import Eligibility, Hours, eligibility_of
from schema.context import Context
from schema.enums import LegalProfile
from schema.history import PageInfo
from schema.ids import ID, Prefix, encode
from schema.parties import Acceptance, Asset, Municipality, Node, Store, asset, town
from schema.receipts import Allocation, Receipt, store_of
from schema.scalars import Amount
from schema.voucher_enums import LegalBasis, VoucherState

FIRST = strawberry.argument(description="How many, 0 to 100.")
AFTER = strawberry.argument(description="The cursor after which the page begins.")


@strawberry.type(description="A shop and its cursor.")
class EligibleStoreEdge:
    """A shop and its cursor."""

    node: Store = strawberry.field(description="The shop.")
    cursor: str = strawberry.field(description="Pass it as `after` to go on behind it.")


@strawberry.type(description="Shops that take a kind of voucher, in the order of their kana.")
class EligibleStoreConnection:
    """A page of shops."""

    total_count: int = strawberry.field(description="How many there are.")
    edges: list[EligibleStoreEdge] = strawberry.field(description="The shops of this page.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")


@strawberry.type(description="One kind of voucher in a unit. 券種")
class SubVoucher:
    """One kind of voucher."""

    @strawberry.field(description="Its name in the language of the request.")
    def name(root: Parent[voucher_views.PartView], info: Info[Context, None]) -> str:
        return root.part.name_ja if info.context.locale == "ja" else root.part.name_en

    @strawberry.field(description="Its part of a unit's face value. Whole units.")
    def face_value(root: Parent[voucher_views.PartView]) -> Amount:
        return Amount(root.part.face_value)

    @strawberry.field(description="The least that may be used of it, and its multiples. Whole units.")
    def minimum_unit(root: Parent[voucher_views.PartView]) -> Amount:
        return Amount(root.part.minimum_unit)

    @strawberry.field(description="Whether it is given free of charge beside what is paid.")
    def free(root: Parent[voucher_views.PartView]) -> bool:
        return root.part.free

    @strawberry.field(description="Where it may be used.")
    def acceptance(root: Parent[voucher_views.PartView]) -> Acceptance:
        return views.AcceptanceOf(root.municipality, root.part.acceptance)  # type: ignore[return-value]

    @strawberry.field(description="The asset that wallets hold; null until the product is published.")
    async def asset(root: Parent[voucher_views.PartView], info: Info[Context, None]) -> Asset | None:
        return None if root.part.asset is None else await asset(info, root.part.asset)  # type: ignore[return-value]

    @strawberry.field(description="The shops that take it, and how many they are.")
    async def eligible_stores(
        root: Parent[voucher_views.PartView],
        info: Info[Context, None],
        first: Annotated[int, FIRST] = 20,
        after: Annotated[str | None, AFTER] = None,
    ) -> EligibleStoreConnection:
        return await voucher_reads.stores_of(info, root, first, after)  # type: ignore[return-value]


@strawberry.type(description="What the Payment Services Act says of a product. 資金決済法")
class LegalVerdict:
    """What the law says."""

    @strawberry.field(description="Why it may be issued.")
    def basis(root: Parent[Terms]) -> LegalBasis:
        return LegalBasis(root.legal_basis.value)

    @strawberry.field(description="The same in a sentence, in the language of the request.")
    def explanation(root: Parent[Terms], info: Info[Context, None]) -> str:
        return message(f"LEGAL_{root.legal_basis}", info.context.locale)

    @strawberry.field(description="The last day that the law allows; null: no limit. Civil date in Asia/Tokyo.")
    def latest_expires_on(root: Parent[Terms]) -> date | None:
        return root.latest_expires_on

    @strawberry.field(
        description=(
            "Whether a deposit may become due: not exempt, and more than 10,000,000 could be unused at a base date."
            " 発行保証金"
        )
    )
    def deposit_may_be_due(root: Parent[Terms]) -> bool:
        return root.deposit_may_be_due


@strawberry.type(description="What a product would cost its town, and what the law says. Whole units.")
class VoucherPreview:
    """What a product would cost."""

    @strawberry.field(
        description="What the town pays if every unit is sold: the premium of all. Whole units. 最大負担額"
    )
    def maximum_exposure(root: Parent[Preview]) -> Amount:
        return Amount(root.terms.maximum_exposure)

    @strawberry.field(description="What buyers pay for all units. Whole units.")
    def total_price(root: Parent[Preview]) -> Amount:
        return Amount(root.terms.price * root.terms.stock)

    @strawberry.field(description="What all units are worth. Whole units.")
    def total_face_value(root: Parent[Preview]) -> Amount:
        return Amount(root.terms.face_value * root.terms.stock)

    @strawberry.field(description="(face - price) / price in hundredths of a percent, rounded down.")
    def premium_rate_bp(root: Parent[Preview]) -> int:
        return root.terms.premium_rate_bp

    @strawberry.field(description="What is left of the declared budget; null: none is declared. Whole units.")
    def budget_available(root: Parent[Preview]) -> Amount | None:
        return None if root.budget_available is None else Amount(root.budget_available)

    @strawberry.field(description="What the Payment Services Act says.")
    def legal(root: Parent[Preview]) -> LegalVerdict:
        return root.terms  # type: ignore[return-value]

    @strawberry.field(description="The kinds of voucher, with the shops that would take them.")
    def sub_vouchers(root: Parent[Preview]) -> list[SubVoucher]:
        return [voucher_views.PartView(root.municipality, part) for part in root.terms.parts]  # type: ignore[misc]


ProductParent = Parent[voucher_views.ProductView]


@strawberry.type(description="A voucher product: sold in units, each with its kinds of voucher. 商品券")
class VoucherProduct(Node):
    """A voucher product."""

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, voucher_views.ProductView)

    @strawberry.field(description="Opaque, prefixed, stable.")  # type: ignore[misc] # the field of the interface
    def id(root: ProductParent) -> ID:
        return ID(encode(Prefix.VOUCHER_PRODUCT, root.product.municipality, root.product.id))

    @strawberry.field(description="Short name within the town.")
    def code(root: ProductParent) -> str:
        return root.product.terms.code

    @strawberry.field(description="Its name in the language of the request.")
    def name(root: ProductParent, info: Info[Context, None]) -> str:
        return root.product.terms.name_ja if info.context.locale == "ja" else root.product.terms.name_en

    @strawberry.field(description="Its town.")
    async def municipality(root: ProductParent, info: Info[Context, None]) -> Municipality:
        return await town(info, root.product.municipality)  # type: ignore[return-value]

    @strawberry.field(
        description="Where it is now, by who has acted and by the clock. Drafts are for the town's staff."
    )
    def state(root: ProductParent, info: Info[Context, None]) -> VoucherState:
        return VoucherState(root.product.state(info.context.services.clock()).value)

    @strawberry.field(description="What a unit costs. Whole units. 販売価格")
    def price(root: ProductParent) -> Amount:
        return Amount(root.product.terms.price)

    @strawberry.field(description="What a unit is worth. Whole units. 額面")
    def face_value(root: ProductParent) -> Amount:
        return Amount(root.product.terms.face_value)

    @strawberry.field(
        description=(
            "(face - price) / price in hundredths of a percent, rounded down; negative where the face is below the"
            " price."
        )
    )
    def premium_rate_bp(root: ProductParent) -> int:
        return root.product.terms.premium_rate_bp

    @strawberry.field(description="The kinds of voucher in a unit.")
    def sub_vouchers(root: ProductParent) -> list[SubVoucher]:
        return [voucher_views.PartView(root.product.municipality, part) for part in root.product.terms.parts]  # type: ignore[misc]

    @strawberry.field(description="Units that are sold at most. 口数")
    def stock(root: ProductParent) -> int:
        return root.product.terms.stock

    @strawberry.field(description="Units that are not sold.")
    def stock_left(root: ProductParent) -> int:
        return root.product.stock_left

    @strawberry.field(description="The most units for one person.")
    def units_per_person(root: ProductParent) -> int:
        return root.product.terms.units_per_person

    @strawberry.field(description="The most units for one household; null: no limit.")
    def units_per_household(root: ProductParent) -> int | None:
        return root.product.terms.units_per_household

    @strawberry.field(
        description="How many more units the viewer may buy, by stock, person and household; null without a token."
    )
    def units_left_for_viewer(root: ProductParent) -> int | None:
        return None if root.bought is None else root.product.units_left(root.bought.of_person, root.bought.of_household)

    @strawberry.field(description="From when it is sold. UTC.")
    def sale_starts_at(root: ProductParent) -> datetime:
        return root.product.terms.sale_starts_at

    @strawberry.field(description="Until when it is sold, exclusive. UTC.")
    def sale_ends_at(root: ProductParent) -> datetime:
        return root.product.terms.sale_ends_at

    @strawberry.field(description="From when the vouchers may be used. UTC.")
    def usable_from(root: ProductParent) -> datetime:
        return root.product.terms.usable_from

    @strawberry.field(description="The last day on which they may be used. Civil date in Asia/Tokyo.")
    def expires_on(root: ProductParent) -> date:
        return last_day(root.product.terms.expires_at)  # type: ignore[return-value] # a product has an end

    @strawberry.field(description="On which days and at which hours they may be used.")
    def usable_hours(root: ProductParent) -> Hours:
        return root.product.terms.hours  # type: ignore[return-value]

    @strawberry.field(description="Who may buy.")
    def eligibility(root: ProductParent) -> Eligibility:
        return eligibility_of(root.product.terms.eligibility)

    @strawberry.field(description="Who issues it.")
    def legal_profile(root: ProductParent) -> LegalProfile:
        return LegalProfile[root.product.terms.legal_profile.name]

    @strawberry.field(
        description="What it costs the town, and what the law says. Null for everybody but the town's staff."
    )
    async def preview(root: ProductParent, info: Info[Context, None]) -> VoucherPreview | None:
        return await voucher_reads.preview_for(info, root)  # type: ignore[return-value]


@strawberry.type(
    description="Vouchers that were bought for somebody else. For the people of the wallet that bought them."
)
class VoucherGift(Node):
    """A gift."""

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, voucher_views.Gift)

    @strawberry.field(description="Opaque, prefixed, stable. It goes to the receiver with the numbers.")  # type: ignore[misc]
    def id(root: Parent[voucher_views.Gift]) -> ID:
        return ID(encode(Prefix.VOUCHER_GIFT, root.journal.municipality, root.journal.id))

    @strawberry.field(description="What it is worth. Whole units.")
    def face_value(root: Parent[voucher_views.Gift]) -> Amount:
        return Amount(root.journal.receipt.section(BoughtUnits).face_value)

    @strawberry.field(description="How many units.")
    def units(root: Parent[voucher_views.Gift]) -> int:
        return root.journal.receipt.section(BoughtUnits).units

    @strawberry.field(description="Whether it was activated or taken back. Who has it stays untold.")
    def used(root: Parent[voucher_views.Gift]) -> bool:
        return root.used


@strawberry.type(description="Units of a voucher product were bought. 商品券の購入")
class VoucherPurchase(Receipt):
    """A purchase."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter: 9 letters and digits, the last a check.")
    amount: Amount = strawberry.field(description="What was paid. Whole units.")
    face_value: Amount = strawberry.field(description="What the vouchers are worth. Whole units.")
    units: int = strawberry.field(description="How many units.")
    allocations: list[Allocation] = strawberry.field(
        description="The vouchers: the lots that they came into, or will when the gift is activated."
    )
    paid_from: list[Allocation] = strawberry.field(
        description="The lots of coin that paid; empty for cash and for a payment service."
    )
    store: Store | None = strawberry.field(
        resolver=store_of, description="The agent's shop that took cash; null where it was not one."
    )
    purchased_at: datetime = strawberry.field(description="When. UTC.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, voucher_views.VoucherPurchase)

    @strawberry.field(description="What was bought.")
    async def product(root: Parent[voucher_views.VoucherPurchase], info: Info[Context, None]) -> VoucherProduct:
        return await product_of(root, info)

    @strawberry.field(description="The gift, where it is one and the viewer's wallet bought it; null otherwise.")
    async def gift(root: Parent[voucher_views.VoucherPurchase], info: Info[Context, None]) -> VoucherGift | None:
        if not root.journal.receipt.section(BoughtUnits).gift:
            return None
        return await voucher_reads.gift_for(info, root.journal.municipality, root.journal.id)  # type: ignore[return-value]


@strawberry.type(description="A gift's vouchers came into the wallet. ギフトの受け取り")
class GiftActivation(Receipt):
    """An activation."""

    id: ID = strawberry.field(description="Opaque, prefixed, stable.")
    receipt_number: str = strawberry.field(description="Said over a counter: 9 letters and digits, the last a check.")
    amount: Amount = strawberry.field(description="What the vouchers are worth. Whole units.")
    allocations: list[Allocation] = strawberry.field(description="The lots that they came into.")
    activated_at: datetime = strawberry.field(description="When. UTC.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are views."""
        return isinstance(obj, voucher_views.GiftActivation)

    @strawberry.field(description="What the vouchers are of.")
    async def product(root: Parent[voucher_views.GiftActivation], info: Info[Context, None]) -> VoucherProduct:
        return await product_of(root, info)


async def product_of(root: views.Receipt, info: Info[Context, None]) -> VoucherProduct:
    """The product of a receipt."""
    bought = root.journal.receipt.find(BoughtUnits) or root.journal.receipt.section(Activated)
    key = bought.product
    return await voucher_reads.product_for(info, root.journal.municipality, key)  # type: ignore[return-value]
