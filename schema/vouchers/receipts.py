"""Gifts, and receipts of vouchers: purchases, and activations of gifts."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.identifiers import Prefix
from domain.ledger.kinds import JournalKind
from domain.ledger.reads import Journal, guard_values, journals_by_keys
from domain.ledger.receipt import Receipt as DomainReceipt
from domain.viewer import Relation
from domain.vouchers.gift import gift_in
from domain.vouchers.product import gift_guard
from domain.vouchers.receipts import Activated, BoughtUnits
from schema.core.access import acts_for
from schema.core.context import MeguruInfo
from schema.core.errors import NotFoundError
from schema.core.ids import ID, encode
from schema.core.node import Node
from schema.core.scalars import Amount
from schema.ledger.balances import BalanceAfter, changed_balances
from schema.ledger.receipts import Allocation, Receipt, allocations_of, receipt_of_kind, store_of_journal
from schema.stores.types import Store
from schema.vouchers.types import VoucherProduct, voucher_product_for


@strawberry.type(
    description="Vouchers that were bought for somebody else. For the people of the wallet that bought them."
)
class VoucherGift(Node):
    """A gift: the purchase, as its buyer sees it."""

    journal: strawberry.Private[Journal]

    def key(self) -> tuple[Prefix, int, UUID | int]:
        """The key of its purchase."""
        return Prefix.VOUCHER_GIFT, self.journal.municipality, self.journal.id

    @strawberry.field(description="Opaque, prefixed, stable. It goes to the receiver with the numbers.")
    def id(self) -> ID:
        return ID(encode(*self.key()))

    @strawberry.field(description="What it is worth. Whole units.")
    def face_value(self) -> Amount:
        return Amount(self.journal.receipt.section(BoughtUnits).face_value)

    @strawberry.field(description="How many units.")
    def units(self) -> int:
        return self.journal.receipt.section(BoughtUnits).units

    @strawberry.field(description="Whether it was activated or taken back. The receiver is not disclosed.")
    async def used(self, info: MeguruInfo) -> bool:
        guard = gift_guard(self.journal.municipality, self.journal.id)
        return await info.context.load(guard_values, guard) > 0


async def voucher_gift_for(info: MeguruInfo, municipality: int, gift: UUID) -> VoucherGift | None:
    """A gift, for the people of the wallet that bought it."""
    journal = gift_in(await info.context.load(journals_by_keys, (municipality, gift)))
    own = journal is not None and await acts_for(
        info, municipality, journal.wallet_id, Relation.OWNER, Relation.DELEGATE
    )
    return VoucherGift(journal=journal) if journal is not None and own else None


@receipt_of_kind(JournalKind.VOUCHER_PURCHASE)
@strawberry.type(description="Units of a voucher product were bought. 商品券の購入")
class VoucherPurchase(Receipt):
    """A purchase."""

    amount = strawberry.field(resolver=Receipt.amount, description="What was paid. Whole units.")

    @strawberry.field(description="What the vouchers are worth. Whole units.")
    def face_value(self) -> Amount:
        return Amount(self.journal.receipt.section(BoughtUnits).face_value)

    @strawberry.field(description="How many units.")
    def units(self) -> int:
        return self.journal.receipt.section(BoughtUnits).units

    @strawberry.field(
        description=(
            "The vouchers: the lots that they went into, or will when the gift is activated. Empty for a charge agent."
        )
    )
    async def allocations(self, info: MeguruInfo) -> list[Allocation]:
        return await self.allocations_for(info, self.journal.receipt.lots)

    @strawberry.field(
        description="The lots of coin that paid; empty for cash, for a payment service, and for a charge agent."
    )
    async def paid_from(self, info: MeguruInfo) -> list[Allocation]:
        return await self.allocations_for(info, self.journal.receipt.section(BoughtUnits).paid)

    @strawberry.field(description="The agent's store that took cash; null where it was not one.")
    async def store(self, info: MeguruInfo) -> Store | None:
        return await store_of_journal(info, self.journal)

    @strawberry.field(description="Time of the purchase, in UTC.")
    def purchased_at(self) -> datetime:
        return self.journal.recorded_at

    @strawberry.field(description="What was bought.")
    async def product(self, info: MeguruInfo) -> VoucherProduct:
        return await _product_of(info, self.journal, self.journal.receipt.section(BoughtUnits).product)

    @strawberry.field(description="The gift, where it is one and the viewer's wallet bought it; null otherwise.")
    async def gift(self, info: MeguruInfo) -> VoucherGift | None:
        if not self.journal.receipt.section(BoughtUnits).gift:
            return None
        return await voucher_gift_for(info, self.journal.municipality, self.journal.id)


@receipt_of_kind(JournalKind.GIFT_ACTIVATION)
@strawberry.type(description="A gift's vouchers came into the wallet. ギフトの受け取り")
class GiftActivation(Receipt):
    """An activation of a gift."""

    amount = strawberry.field(resolver=Receipt.amount, description="What the vouchers are worth. Whole units.")

    @strawberry.field(description="The lots that they went into.")
    def allocations(self) -> list[Allocation]:
        return allocations_of(self.journal.receipt.lots)

    @strawberry.field(description="Time of the activation, in UTC.")
    def activated_at(self) -> datetime:
        return self.journal.recorded_at

    @strawberry.field(description="The product that the vouchers are of.")
    async def product(self, info: MeguruInfo) -> VoucherProduct:
        return await _product_of(info, self.journal, self.journal.receipt.section(Activated).product)


async def _product_of(info: MeguruInfo, journal: Journal, key: UUID) -> VoucherProduct:
    """The product of a receipt, which has been published and so may be seen by everybody."""
    product = await voucher_product_for(info, journal.municipality, key)
    if product is None:
        raise NotFoundError
    return product


def purchase_balances(receipt: DomainReceipt) -> list[BalanceAfter]:
    """What a purchase did to the wallet: vouchers in, unless they are a gift; coin out. Whole units."""
    moved: dict[int, int] = {}
    for portion in receipt.lots:
        moved[portion.asset] = moved.get(portion.asset, 0) + portion.amount
    for portion in receipt.section(BoughtUnits).paid:
        moved[portion.asset] = moved.get(portion.asset, 0) - portion.amount
    return changed_balances(receipt, moved)
