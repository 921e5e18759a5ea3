"""What queries and mutations of vouchers answer."""

from uuid import UUID

import strawberry

from domain.vouchers.gift_code import GiftNumbers
from schema.core.context import MeguruInfo
from schema.core.refusals import Payload, ReplayablePayload
from schema.core.scalars import Amount
from schema.ledger.balances import BalanceAfter
from schema.residents.types import Wallet, wallet_of
from schema.vouchers.receipts import GiftActivation, VoucherGift, VoucherPurchase
from schema.vouchers.types import VoucherPreview, VoucherProduct

MOVED = "The wallet's balances that moved."


@strawberry.type(description="What `previewVoucherProduct` answers.")
class PreviewVoucherProductPayload(Payload):
    """What a product would cost."""

    preview: VoucherPreview | None = strawberry.field(
        default=None, description="What it would cost, and what the law says."
    )


@strawberry.type(description="What `createVoucherProduct` and `createVoucherProductFromTemplate` answer.")
class CreateVoucherProductPayload(Payload):
    """A new draft."""

    product: VoucherProduct | None = strawberry.field(default=None, description="The draft.")


@strawberry.type(description="What `submitVoucherProduct` answers.")
class SubmitVoucherProductPayload(Payload):
    """A product in review."""

    product: VoucherProduct | None = strawberry.field(default=None, description="The product, now in REVIEW.")


@strawberry.type(description="What `approveVoucherProduct` answers.")
class ApproveVoucherProductPayload(ReplayablePayload):
    """A published product."""

    product: VoucherProduct | None = strawberry.field(
        default=None, description="The product, now SCHEDULED or ON_SALE, with its budget set aside."
    )


@strawberry.type(description="What `closeVoucherProduct` answers.")
class CloseVoucherProductPayload(ReplayablePayload):
    """A closed product."""

    product: VoucherProduct | None = strawberry.field(default=None, description="The product, now CLOSED.")
    returned: Amount | None = strawberry.field(
        default=None, description="What went back to the declared budget. Whole units."
    )


@strawberry.type(description="What `purchaseVoucher` answers.")
class PurchaseVoucherPayload(ReplayablePayload):
    """A settled purchase."""

    wallet_key: strawberry.Private[tuple[int, UUID] | None] = None
    purchase: VoucherPurchase | None = strawberry.field(
        default=None, description="The receipt; it has the gift, where it is one."
    )
    balances: list[BalanceAfter] | None = strawberry.field(
        default=None, description="The wallet's balances that moved, right after this purchase."
    )

    @strawberry.field(description="The wallet as it is now.")
    async def wallet(self, info: MeguruInfo) -> Wallet | None:
        return None if self.wallet_key is None else await wallet_of(info, *self.wallet_key)


@strawberry.type(description="What `sellVoucher` answers.")
class SellVoucherPayload(ReplayablePayload):
    """A settled sale over a counter."""

    purchase: VoucherPurchase | None = strawberry.field(default=None, description="The receipt of the sale.")
    balances: list[BalanceAfter] | None = strawberry.field(
        default=None, description="The wallet's balances that moved; null for a charge agent."
    )


@strawberry.type(
    description=(
        "What `issueGiftNumbers` answers. The numbers are returned only once; asking again returns new ones and voids"
        " these."
    )
)
class IssueGiftNumbersPayload(Payload):
    """The numbers of a gift, which the payload's text form does not show."""

    numbers: strawberry.Private[GiftNumbers | None] = None
    gift: VoucherGift | None = strawberry.field(default=None, description="The gift that the numbers are of.")

    @strawberry.field(description="The serial number, 12 digits. 券番号")
    def serial_number(self) -> str | None:
        return None if self.numbers is None else self.numbers.serial

    @strawberry.field(description="The secret number, 26 letters and digits. Show it to the receiver only. 秘匿番号")
    def secret_number(self) -> str | None:
        return None if self.numbers is None else self.numbers.secret


@strawberry.type(description="What `activateGift` answers.")
class ActivateGiftPayload(ReplayablePayload):
    """A gift in its wallet."""

    activation: GiftActivation | None = strawberry.field(
        default=None, description="The receipt of what came into the wallet."
    )
    balances: list[BalanceAfter] | None = strawberry.field(default=None, description=MOVED)
