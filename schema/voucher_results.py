"""What mutations and queries of vouchers answer."""

from typing import Annotated

import strawberry
from strawberry import Parent
from strawberry.types import Info

from resolvers import voucher_views
from schema import errors, voucher_errors
from schema.context import Context
from schema.parties import Wallet
from schema.receipts import BalanceAfter, wallet_of
from schema.results import LEDGER, REPLAYED
from schema.scalars import Amount
from schema.vouchers import GiftActivation, VoucherGift, VoucherPreview, VoucherProduct, VoucherPurchase


@strawberry.type(description="What a voucher product would cost.")
class PreviewVoucherProductSuccess:
    """What a product would cost."""

    preview: VoucherPreview = strawberry.field(description="What it would cost, and what the law says.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, voucher_views.PreviewVoucherProductSuccess)


@strawberry.type(description="A new voucher product, as a draft.")
class CreateVoucherProductSuccess:
    """A new draft."""

    product: VoucherProduct = strawberry.field(description="The draft.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, voucher_views.CreateVoucherProductSuccess)


@strawberry.type(description="A voucher product in review.")
class SubmitVoucherProductSuccess:
    """A product in review."""

    product: VoucherProduct = strawberry.field(description="The product, now in REVIEW.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, voucher_views.SubmitVoucherProductSuccess)


@strawberry.type(description="A published voucher product, with its budget set aside.")
class ApproveVoucherProductSuccess:
    """A published product."""

    product: VoucherProduct = strawberry.field(description="The product, now SCHEDULED or ON_SALE.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, voucher_views.ApproveVoucherProductSuccess)


@strawberry.type(description="A closed voucher product.")
class CloseVoucherProductSuccess:
    """A closed product."""

    product: VoucherProduct = strawberry.field(description="The product, now CLOSED.")
    returned: Amount = strawberry.field(description="What went back to the declared budget. Whole units.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, voucher_views.CloseVoucherProductSuccess)


@strawberry.type(description="A settled purchase.")
class PurchaseVoucherSuccess:
    """A settled purchase."""

    purchase: VoucherPurchase = strawberry.field(description="The receipt; it has the gift, where it is one.")
    balances: list[BalanceAfter] = strawberry.field(
        description="The wallet's balances that moved, right after this purchase."
    )
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, voucher_views.PurchaseVoucherSuccess)

    @strawberry.field(description="The wallet as it is now.")
    async def wallet(root: Parent[voucher_views.PurchaseVoucherSuccess], info: Info[Context, None]) -> Wallet | None:
        return await wallet_of(info, *root.wallet_key)


@strawberry.type(description="A settled sale over a counter.")
class SellVoucherSuccess:
    """A settled sale."""

    purchase: VoucherPurchase = strawberry.field(description="The receipt of the sale.")
    balances: list[BalanceAfter] = strawberry.field(description="The wallet's balances that moved.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, voucher_views.SellVoucherSuccess)


@strawberry.type(
    description="The numbers of a gift. They are told this once; ask again for new ones, and these are worth nothing."
)
class IssueGiftNumbersSuccess:
    """The numbers of a gift."""

    gift: VoucherGift = strawberry.field(description="The gift that the numbers are of.")
    serial_number: str = strawberry.field(description="The serial number, 12 digits. 券番号")
    secret_number: str = strawberry.field(
        description="The secret number, 26 letters and digits. Show it to the receiver only. 秘匿番号"
    )

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, voucher_views.IssueGiftNumbersSuccess)


@strawberry.type(description="A gift in its wallet.")
class ActivateGiftSuccess:
    """A gift in its wallet."""

    activation: GiftActivation = strawberry.field(description="The receipt of what came into the wallet.")
    balances: list[BalanceAfter] = strawberry.field(description="The wallet's balances that moved.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, voucher_views.ActivateGiftSuccess)


MADE = errors.InvalidInputError | errors.UnknownProgrammeError | errors.NotPermittedError
SOLD = (
    voucher_errors.SoldOutError
    | voucher_errors.UnitsExceededError
    | voucher_errors.VoucherNotOnSaleError
    | voucher_errors.UnknownVoucherError
    | errors.NotEligibleError
    | errors.UnknownWalletError
    | errors.WalletFrozenError
    | errors.UnknownAssetError
    | errors.UnknownProgrammeError
    | errors.InvalidInputError
    | errors.NotPermittedError
    | LEDGER
)

PreviewVoucherProductResult = Annotated[
    PreviewVoucherProductSuccess | MADE,
    strawberry.union("PreviewVoucherProductResult", description="What `previewVoucherProduct` answers."),
]
CreateVoucherProductResult = Annotated[
    CreateVoucherProductSuccess | voucher_errors.UnknownVoucherError | MADE,
    strawberry.union(
        "CreateVoucherProductResult",
        description="What `createVoucherProduct` and `createVoucherProductFromTemplate` answer.",
    ),
]
SubmitVoucherProductResult = Annotated[
    SubmitVoucherProductSuccess
    | voucher_errors.UnknownVoucherError
    | voucher_errors.VoucherStateError
    | errors.NotPermittedError,
    strawberry.union("SubmitVoucherProductResult", description="What `submitVoucherProduct` answers."),
]
ApproveVoucherProductResult = Annotated[
    ApproveVoucherProductSuccess
    | voucher_errors.VoucherBudgetError
    | voucher_errors.UnknownVoucherError
    | voucher_errors.VoucherStateError
    | voucher_errors.VoucherNotOnSaleError
    | errors.ApproverIsProposerError
    | MADE
    | LEDGER,
    strawberry.union("ApproveVoucherProductResult", description="What `approveVoucherProduct` answers."),
]
CloseVoucherProductResult = Annotated[
    CloseVoucherProductSuccess
    | voucher_errors.UnknownVoucherError
    | voucher_errors.VoucherStateError
    | errors.UnknownProgrammeError
    | errors.NotPermittedError
    | LEDGER,
    strawberry.union("CloseVoucherProductResult", description="What `closeVoucherProduct` answers."),
]
PurchaseVoucherResult = Annotated[
    PurchaseVoucherSuccess
    | errors.InsufficientBalanceError
    | errors.FundingDeclinedError
    | errors.FundingUnavailableError
    | SOLD,
    strawberry.union("PurchaseVoucherResult", description="What `purchaseVoucher` answers."),
]
SellVoucherResult = Annotated[
    SellVoucherSuccess | errors.InvalidCodeError | errors.UnknownPayeeError | SOLD,
    strawberry.union("SellVoucherResult", description="What `sellVoucher` answers."),
]
IssueGiftNumbersResult = Annotated[
    IssueGiftNumbersSuccess
    | voucher_errors.UnknownVoucherError
    | voucher_errors.GiftUsedError
    | errors.InvalidInputError
    | errors.NotPermittedError,
    strawberry.union("IssueGiftNumbersResult", description="What `issueGiftNumbers` answers."),
]
ActivateGiftResult = Annotated[
    ActivateGiftSuccess
    | voucher_errors.GiftCodeError
    | voucher_errors.GiftLockedError
    | voucher_errors.GiftUsedError
    | voucher_errors.VoucherEndedError
    | errors.UnknownWalletError
    | errors.WalletFrozenError
    | errors.NotPermittedError
    | LEDGER,
    strawberry.union("ActivateGiftResult", description="What `activateGift` answers."),
]
