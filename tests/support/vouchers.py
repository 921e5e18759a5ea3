"""A town that sells vouchers, at its apps."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.viewer import Viewer
from tests.support.api import ERRORS, Api
from tests.support.town import People

PRODUCT = "id code name state price faceValue premiumRateBp stock stockLeft unitsPerPerson unitsLeftForViewer expiresOn"
PREVIEW = (
    "maximumExposure totalPrice totalFaceValue premiumRateBp budgetAvailable legal { basis explanation latestExpiresOn depositMayBeDue }"
    " subVouchers { name faceValue eligibleStores(first: 2) { totalCount edges { node { id } cursor } pageInfo { hasNextPage } } }"
)
PROBLEM = "... on InvalidInputError { field problem } " + ERRORS
CREATE = (
    "mutation($input: CreateVoucherProductInput!) { createVoucherProduct(input: $input)"
    " { ... on CreateVoucherProductSuccess { product { " + PRODUCT + " } } " + PROBLEM + " } }"
)
TEMPLATE = (
    "mutation($input: CreateVoucherProductFromTemplateInput!) { createVoucherProductFromTemplate(input: $input)"
    " { ... on CreateVoucherProductSuccess { product { "
    + PRODUCT
    + " preview { "
    + PREVIEW
    + " } } } "
    + PROBLEM
    + " } }"
)
PREVIEWED = (
    "query($input: PreviewVoucherProductInput!) { previewVoucherProduct(input: $input) { ... on PreviewVoucherProductSuccess { preview { "
    + PREVIEW
    + " } } "
    + PROBLEM
    + " } }"
)
SUBMIT = (
    "mutation($input: SubmitVoucherProductInput!) { submitVoucherProduct(input: $input) { ... on SubmitVoucherProductSuccess { product { state } }"
    " ... on VoucherStateError { state: voucherState } " + ERRORS + " } }"
)
APPROVE = (
    "mutation($input: ApproveVoucherProductInput!) { approveVoucherProduct(input: $input) { ... on ApproveVoucherProductSuccess { replayed product {"
    " state stockLeft } } ... on VoucherBudgetError { required available } ... on VoucherStateError { state: voucherState } "
    + ERRORS
    + " } }"
)
CLOSE = (
    "mutation($input: CloseVoucherProductInput!) { closeVoucherProduct(input: $input) { ... on CloseVoucherProductSuccess { returned replayed product {"
    " state } } ... on VoucherStateError { state: voucherState } " + ERRORS + " } }"
)
BOUGHT = (
    "replayed balances { posted moved asset { code } } purchase { id receiptNumber amount faceValue units purchasedAt product { id } gift { id used }"
    " store { id } allocations { amount expiresOn asset { code } } paidFrom { amount asset { code } } }"
)
LEFT = "... on SoldOutError { unitsLeft } ... on UnitsExceededError { unitsLeft }"
PURCHASE = (
    "mutation($input: PurchaseVoucherInput!) { purchaseVoucher(input: $input) { ... on PurchaseVoucherSuccess { wallet { id } "
    + BOUGHT
    + " } "
    + LEFT
    + " ... on InsufficientBalanceError { available } ... on NotEligibleError { reason } "
    + PROBLEM
    + " } }"
)
SELL = (
    "mutation($input: SellVoucherInput!) { sellVoucher(input: $input) { ... on SellVoucherSuccess { "
    + BOUGHT
    + " } "
    + LEFT
    + " ... on NotEligibleError { reason } "
    + PROBLEM
    + " } }"
)
NUMBERS = (
    "mutation($input: IssueGiftNumbersInput!) { issueGiftNumbers(input: $input) { ... on IssueGiftNumbersSuccess { serialNumber secretNumber"
    " gift { id units faceValue used } } " + PROBLEM + " } }"
)
ACTIVATE = (
    "mutation($input: ActivateGiftInput!) { activateGift(input: $input) { ... on ActivateGiftSuccess { replayed balances { posted moved"
    " asset { code } } activation { amount allocations { amount asset { code } } product { id } } } " + ERRORS + " } }"
)
SEEN = "query($id: ID!) { voucherProduct(id: $id) { " + PRODUCT + " } }"


class VoucherApi(Api):
    """One town's people at their apps, and its vouchers."""

    def __init__(self, town: People) -> None:
        super().__init__(town)
        self.buyer: Viewer = town.resident

    def terms(self, **facts: Any) -> dict[str, Any]:
        """Ten units of 5,000 for 6,500: 2,000 for every shop, 4,500 for small shops; on sale for a month, usable for three."""
        given = {
            "code": f"V{uuid4().hex[:12]}",
            "nameJa": "商品券",
            "nameEn": "Voucher",
            "price": 5_000,
            "faceValue": 6_500,
            "subVouchers": [
                {"nameJa": "共通券", "nameEn": "Common", "faceValue": 2_000, "minimumUnit": 1, "free": False},
                {
                    "nameJa": "専用券",
                    "nameEn": "Small shops",
                    "faceValue": 4_500,
                    "minimumUnit": 1,
                    "free": False,
                    "acceptance": {"sizeClasses": ["SMALL"]},
                },
            ],
            "stock": 10,
            "unitsPerPerson": 5,
            "saleStartsAt": self.at(timedelta(hours=-1)),
            "saleEndsAt": self.at(timedelta(days=30)),
            "usableFrom": self.at(timedelta(hours=-1)),
            "expiresOn": self.day(timedelta(days=90)),
            "legalProfile": "MUNICIPALITY",
            "sixMonthExempt": False,
        }
        return {**given, **facts}

    async def draft(self, viewer: Viewer | None = None, **facts: Any) -> Any:
        return await self.ask(
            viewer or self.town.finance, CREATE, input={"municipality": self.code, "product": self.terms(**facts)}
        )

    async def previewed(self, viewer: Viewer | None = None, locale: str = "ja", **facts: Any) -> Any:
        given = {"municipality": self.code, "product": self.terms(**facts)}
        return await self.ask(viewer or self.town.finance, PREVIEWED, locale, input=given)

    async def from_template(self, template: str, **facts: Any) -> Any:
        terms = self.terms(**facts)
        kept = ("code", "stock", "unitsPerPerson", "saleStartsAt", "saleEndsAt", "usableFrom", "expiresOn", *facts)
        given = {"municipality": self.code, "template": template, **{name: terms[name] for name in kept}}
        return await self.ask(self.town.finance, TEMPLATE, input=given)

    async def submit(self, product: str, viewer: Viewer | None = None) -> Any:
        return await self.ask(viewer or self.town.finance, SUBMIT, input={"productId": product})

    async def approve(self, product: str, viewer: Viewer | None = None, key: str | None = None) -> Any:
        given = {"idempotencyKey": key or str(uuid4()), "productId": product}
        return await self.ask(viewer or self.town.other_finance, APPROVE, input=given)

    async def publish(self, product: str) -> str:
        """Submits and approves; the id again."""
        assert (await self.submit(product))["product"]["state"] == "REVIEW"
        approved = await self.approve(product)
        assert "product" in approved, approved
        return product

    async def product(self, **facts: Any) -> str:
        """A published product."""
        made = await self.draft(**facts)
        assert "product" in made, made
        return await self.publish(made["product"]["id"])

    async def close(self, product: str, viewer: Viewer | None = None, key: str | None = None) -> Any:
        given = {"idempotencyKey": key or str(uuid4()), "productId": product}
        return await self.ask(viewer or self.town.finance, CLOSE, input=given)

    async def buy(
        self, product: str, units: int = 1, viewer: Viewer | None = None, wallet: UUID | None = None, **facts: Any
    ) -> Any:
        given = {"idempotencyKey": str(uuid4()), "walletId": self.wallet(wallet), "productId": product, "units": units}
        return await self.ask(viewer or self.town.resident, PURCHASE, input={**given, **facts})

    async def sell(
        self, product: str, units: int = 1, viewer: Viewer | None = None, wallet: UUID | None = None, **facts: Any
    ) -> Any:
        given = {
            "idempotencyKey": str(uuid4()),
            "wallet": {"walletId": self.wallet(wallet)},
            "productId": product,
            "units": units,
        }
        return await self.ask(viewer or self.town.desk, SELL, input={**given, **facts})

    async def numbers(self, gift: str, pin: str = "2580", viewer: Viewer | None = None) -> Any:
        return await self.ask(viewer or self.town.resident, NUMBERS, input={"giftId": gift, "pin": pin})

    async def activate(self, gift: str, numbers: Any, viewer: Viewer, wallet: UUID, **facts: Any) -> Any:
        given = {
            "idempotencyKey": str(uuid4()),
            "walletId": self.wallet(wallet),
            "giftId": gift,
            "serialNumber": numbers["serialNumber"],
            "secretNumber": numbers["secretNumber"],
            "pin": "2580",
        }
        return await self.ask(viewer, ACTIVATE, input={**given, **facts})

    async def seen(self, product: str, viewer: Viewer | None = None) -> Any:
        return await self.ask(viewer, SEEN, id=product)

    async def budget(self, amount: int) -> str:
        """A declared budget for premiums."""
        points = await self.asset(f"FUND{uuid4().hex[:6]}", nameJa="商品券事業費")
        return await self.programme(points, amount, nameJa="プレミアム原資", nameEn="Premium budget")
