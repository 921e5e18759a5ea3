"""The contract of coupons without a socket."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.viewer import Viewer
from tests.support.api import ERRORS, Api

REFUSED = "... on CouponNotUsableError { reason: obstacle couponId } ... on CouponUsedUpError { reason: obstacle couponId } ... on InvalidInputError { field problem } "
COUPON = "id name kind borneBy budget budgetLeft stock stockLeft stoppedAt endsAt"
CREATE = (
    "mutation($input: CreateCouponInput!) { createCoupon(input: $input) { ... on CreateCouponSuccess { replayed coupon { "
    + COUPON
    + " } }"
    " ... on InvalidInputError { field problem } " + ERRORS + " } }"
)
CHANGE = (
    "mutation($input: ChangeCouponInput!) { changeCoupon(input: $input) { ... on ChangeCouponSuccess { coupon { "
    + COUPON
    + " } }"
    " ... on InvalidInputError { field problem } " + ERRORS + " } }"
)
CLAIM = (
    "mutation($input: ClaimCouponInput!) { claimCoupon(input: $input) { ... on ClaimCouponSuccess { replayed claim { id receiptNumber coupon { id } } }"
    " ... on CouponNotUsableError { reason: obstacle } ... on CouponUsedUpError { reason: obstacle } " + ERRORS + " } }"
)
PAY = (
    "mutation($input: PayInput!) { pay(input: $input) { ... on PaySuccess { replayed balances { posted moved asset { code } } payment { id amount"
    " listAmount discount cashDue refundable refunded coupons { discount borneBy multiplierBp coupon { id } } allocations { amount } } }"
    " ... on InsufficientBalanceError { available } " + REFUSED + ERRORS + " } }"
)
QUOTE = (
    "query($input: QuotePaymentInput!) { quotePayment(input: $input) { ... on QuotePaymentSuccess { quote { amount listAmount discount cashDue availableAfter"
    " token coupons { discount borneBy multiplierBp coupon { id } } allocations { amount } } } ... on InsufficientBalanceError { available } "
    + REFUSED
    + ERRORS
    + " } }"
)
REFUND = (
    "mutation($input: RefundPaymentInput!) { refundPayment(input: $input) { ... on RefundPaymentSuccess { replayed refund { amount discountReturned"
    " allocations { amount } } payment { refunded refundable } } ... on RefundExceedsError { refundable } "
    + ERRORS
    + " } }"
)
REDEEM = (
    "mutation($input: RedeemInput!) { redeem(input: $input) { ... on RedeemSuccess { replayed balances { posted moved asset { code } } redemption {"
    " id receiptNumber amount item rolledBack coupon: itemCoupon { id } store { id } allocations { amount } } } ... on CouponNotUsableError { reason: obstacle }"
    " ... on CouponUsedUpError { reason: obstacle } ... on ItemNotUsableError { reason: obstacle } " + ERRORS + " } }"
)
ROLLBACK = (
    "mutation($input: RollbackRedemptionInput!) { rollbackRedemption(input: $input) { ... on RollbackRedemptionSuccess { replayed balances { posted moved asset { code } } rollback {"
    " id amount reason: rollbackReason redemption { id rolledBack } } } " + ERRORS + " } }"
)
LIST = (
    "query($town: String!, $wallet: ID, $near: Near, $store: ID, $claimed: Boolean, $usable: Boolean, $before: DateTime, $sort: CouponSort! = EXPIRY,"
    " $first: Int! = 20, $after: String) { coupons(municipality: $town, walletId: $wallet, near: $near, storeId: $store, claimed: $claimed,"
    " usableNow: $usable, endsBefore: $before, sort: $sort, first: $first, after: $after) { edges { cursor distanceMetres claimCount whyNot { reason: obstacle message }"
    " node { id name stockLeft } } pageInfo { hasNextPage endCursor } } }"
)
RULES = {"claimRequired": False, "stacking": "ALONE", "returnsOnRefund": True}


class CouponApi(Api):
    """One town's people at their apps, with coupons."""

    async def create_coupon(self, viewer: Viewer | None = None, locale: str = "ja", **facts: Any) -> Any:
        """A percentage of 10 % that the town bears, unless said otherwise."""
        given = {
            "idempotencyKey": str(uuid4()),
            "municipality": self.code,
            "kind": "PERCENT",
            "nameJa": "割引クーポン",
            "nameEn": "Discount",
            "borneBy": "TOWN",
            "budget": 100_000,
            "rateBp": 1_000,
            "startsAt": self.at(timedelta(days=-1)),
            "endsAt": self.at(timedelta(days=90)),
            **RULES,
            **facts,
        }
        return await self.ask(
            viewer or self.town.finance,
            CREATE,
            locale,
            input={name: value for name, value in given.items() if value is not None},
        )

    async def coupon(self, viewer: Viewer | None = None, **facts: Any) -> str:
        made = await self.create_coupon(viewer, **facts)
        assert "coupon" in made, made
        return made["coupon"]["id"]

    async def item_coupon(self, **facts: Any) -> str:
        """A shop's own coupon for an item."""
        given = {
            "kind": "FREE_ITEM",
            "borneBy": "STORE",
            "storeId": self.store(),
            "budget": None,
            "rateBp": None,
            "nameJa": "コーヒー1杯",
        }
        return await self.coupon(self.town.staff, **{**given, **facts})

    async def change(self, coupon: str, viewer: Viewer | None = None, **facts: Any) -> Any:
        return await self.ask(viewer or self.town.finance, CHANGE, input={"couponId": coupon, **facts})

    async def claim(self, coupon: str, wallet: UUID | None = None, viewer: Viewer | None = None, **facts: Any) -> Any:
        given = {"idempotencyKey": str(uuid4()), "couponId": coupon, "wallet": {"walletId": self.wallet(wallet)}}
        return await self.ask(viewer or self.town.resident, CLAIM, input={**given, **facts})

    async def pay_with(
        self,
        amount: int,
        *coupons: str,
        wallet: UUID | None = None,
        viewer: Viewer | None = None,
        locale: str = "ja",
        **facts: Any,
    ) -> Any:
        given = {
            "idempotencyKey": str(uuid4()),
            "walletId": self.wallet(wallet),
            "payee": {"storeId": self.store()},
            "amount": amount,
            "confirmDuplicate": True,
            "couponIds": list(coupons),
        }
        return await self.ask(viewer or self.town.resident, PAY, locale, input={**given, **facts})

    async def quote_with(self, amount: int, *coupons: str, **facts: Any) -> Any:
        given = {
            "walletId": self.wallet(),
            "payee": {"storeId": self.store()},
            "amount": amount,
            "couponIds": list(coupons),
        }
        return await self.ask(self.town.resident, QUOTE, input={**given, **facts})

    async def refund(self, payment: str, amount: int, **facts: Any) -> Any:
        given = {"idempotencyKey": str(uuid4()), "paymentId": payment, "amount": amount, "reason": "RETURNED_GOODS"}
        return await self.ask(self.town.staff, REFUND, input={**given, **facts})

    async def redeem(
        self, item: dict[str, str], wallet: UUID | None = None, viewer: Viewer | None = None, **facts: Any
    ) -> Any:
        given = {
            "idempotencyKey": str(uuid4()),
            "walletId": self.wallet(wallet),
            "item": item,
            "payee": {"storeId": self.store()},
        }
        return await self.ask(viewer or self.town.resident, REDEEM, input={**given, **facts})

    async def rollback(self, redemption: str, viewer: Viewer | None = None, **facts: Any) -> Any:
        given = {"idempotencyKey": str(uuid4()), "redemptionId": redemption, "reason": "WRONG_ITEM"}
        return await self.ask(viewer or self.town.desk, ROLLBACK, input={**given, **facts})

    async def list(self, viewer: Viewer | None = None, locale: str = "ja", **facts: Any) -> Any:
        return await self.ask(viewer, LIST, locale, town=self.code, **facts)

    async def seen(self, coupon: str) -> Any:
        """Budget and stock as the town's auditor sees them."""
        return await self.ask(self.town.auditor, "query($id: ID!) { coupon(id: $id) { " + COUPON + " } }", id=coupon)

    async def owed(self, store: UUID | None = None) -> int:
        """What the town owes a shop."""
        query = "query($id: ID!) { store(id: $id) { balances { posted asset { code } } } }"
        found = await self.ask(self.town.auditor, query, id=self.store(store))
        return sum(one["posted"] for one in found["balances"])

    async def lots(self) -> dict[str, dict[str, int]]:
        """Lot ids of the wallet by asset, with what is left."""
        query = "query($id: ID!) { wallet(id: $id) { balances { asset { code } lots { id amount } } } }"
        found = await self.ask(self.town.resident, query, id=self.wallet())
        return {one["asset"]["code"]: {lot["id"]: lot["amount"] for lot in one["lots"]} for one in found["balances"]}

    async def nothing_moved(self, work: Any) -> Any:
        """What a refused request answers; AssertionError if anything changed."""
        before = await self.state()
        answer = await work
        assert await self.state() == before
        await self.town.assert_sound()
        return answer

    async def state(self) -> Any:
        from domain.database import rows

        accounts = await rows(
            "select id, posted, held from account where municipality_id = $1 order by id", self.town.id
        )
        guards = await rows(
            "select kind, subject, period, value from guard where municipality_id = $1 order by 1, 2, 3", self.town.id
        )
        events = await rows("select count(*) from event where municipality_id = $1", self.town.id)
        return accounts, guards, events
