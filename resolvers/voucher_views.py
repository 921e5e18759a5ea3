"""What resolvers of vouchers hand to the contract: frozen, plain attributes."""

from dataclasses import dataclass, field
from uuid import UUID

from domain.ledger.reads import Journal
from domain.stores.reads import Store
from domain.vouchers.preview import Preview
from domain.vouchers.product import Part, VoucherProduct
from domain.vouchers.reads import Bought
from domain.vouchers.receipts import BoughtUnits
from resolvers.views import Allocation, BalanceAfter, PageInfo, Receipt, allocations


@dataclass(frozen=True, slots=True)
class ProductView:
    """A product as somebody sees it; `bought` None without a token, `inside` for the town's staff."""

    product: VoucherProduct
    bought: Bought | None
    inside: bool


@dataclass(frozen=True, slots=True)
class PartView:
    """One kind of voucher of a town's product."""

    municipality: int
    part: Part


@dataclass(frozen=True, slots=True)
class StoreEdge:
    """A shop and its cursor."""

    node: Store
    cursor: str


@dataclass(frozen=True, slots=True)
class StoreConnection:
    """A page of shops."""

    total_count: int
    edges: list[StoreEdge]
    page_info: PageInfo


@dataclass(frozen=True)
class VoucherPurchase(Receipt):
    """Units of a product were bought."""

    purchased_at = Receipt.recorded_at

    @property
    def units(self) -> int:
        """How many."""
        return self.journal.receipt.section(BoughtUnits).units

    @property
    def face_value(self) -> int:
        """Whole units."""
        return self.journal.receipt.section(BoughtUnits).face_value

    @property
    def paid_from(self) -> list[Allocation]:
        """The lots of coin that paid; none for cash."""
        return allocations(self.journal.receipt.section(BoughtUnits).paid)


@dataclass(frozen=True)
class GiftActivation(Receipt):
    """A gift's vouchers came into a wallet."""

    activated_at = Receipt.recorded_at


@dataclass(frozen=True, slots=True)
class Gift:
    """A gift as its buyer sees it: the purchase, and whether somebody has activated it."""

    journal: Journal
    used: bool


@dataclass(frozen=True, slots=True)
class PreviewVoucherProductSuccess:
    """What a product would cost."""

    preview: Preview


@dataclass(frozen=True, slots=True)
class CreateVoucherProductSuccess:
    """A new draft."""

    product: ProductView


@dataclass(frozen=True, slots=True)
class SubmitVoucherProductSuccess:
    """A draft in review."""

    product: ProductView


@dataclass(frozen=True, slots=True)
class ApproveVoucherProductSuccess:
    """A published product."""

    product: ProductView
    replayed: bool


@dataclass(frozen=True, slots=True)
class CloseVoucherProductSuccess:
    """A closed product. Whole units."""

    product: ProductView
    returned: int
    replayed: bool


@dataclass(frozen=True, slots=True)
class PurchaseVoucherSuccess:
    """A settled purchase."""

    purchase: VoucherPurchase
    balances: list[BalanceAfter]
    wallet_key: tuple[int, UUID]
    replayed: bool


@dataclass(frozen=True, slots=True)
class SellVoucherSuccess:
    """A settled sale over a counter."""

    purchase: VoucherPurchase
    balances: list[BalanceAfter]
    replayed: bool


@dataclass(frozen=True, slots=True)
class IssueGiftNumbersSuccess:
    """The numbers of a gift, told once."""

    gift: Gift
    serial_number: str = field(repr=False)
    secret_number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ActivateGiftSuccess:
    """A gift in its wallet."""

    activation: GiftActivation
    balances: list[BalanceAfter]
    replayed: bool
