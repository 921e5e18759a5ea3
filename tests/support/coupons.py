"""The contract of coupons without a socket."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.database import rows
from domain.viewer import Viewer
from tests.support.api import Api

RULES = {"claimRequired": False, "stacking": "ALONE", "returnsOnRefund": True}


class CouponApi(Api):
    """One town's people at their apps, with coupons."""

    async def create_coupon(self, viewer: Viewer | None = None, locale: str = "ja", **facts: Any) -> Any:
        """The answer to creating a coupon: by default, 10 % off that the municipality bears."""
        terms = {
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
        return await self.both(
            viewer or self.town.finance,
            "CreateCoupon",
            locale,
            input={name: value for name, value in terms.items() if value is not None},
        )

    async def coupon(self, viewer: Viewer | None = None, **facts: Any) -> str:
        answer = await self.create_coupon(viewer, **facts)
        assert "coupon" in answer, answer
        return answer["coupon"]["id"]

    async def item_coupon(self, **facts: Any) -> str:
        """Create a store's own coupon for an item, and return its id."""
        terms = {
            "kind": "FREE_ITEM",
            "borneBy": "STORE",
            "storeId": self.store(),
            "budget": None,
            "rateBp": None,
            "nameJa": "コーヒー1杯",
        }
        return await self.coupon(self.town.staff, **{**terms, **facts})

    async def change(self, coupon: str, viewer: Viewer | None = None, **facts: Any) -> Any:
        return await self.ask(viewer or self.town.finance, "ChangeCoupon", input={"couponId": coupon, **facts})

    async def claim(self, coupon: str, wallet: UUID | None = None, viewer: Viewer | None = None, **facts: Any) -> Any:
        request = {"idempotencyKey": str(uuid4()), "couponId": coupon, "wallet": {"walletId": self.wallet(wallet)}}
        return await self.ask(viewer or self.town.resident, "ClaimCoupon", input={**request, **facts})

    async def pay_with(
        self,
        amount: int,
        *coupons: str,
        wallet: UUID | None = None,
        viewer: Viewer | None = None,
        locale: str = "ja",
        **facts: Any,
    ) -> Any:
        request = {
            "idempotencyKey": str(uuid4()),
            "walletId": self.wallet(wallet),
            "payee": {"storeId": self.store()},
            "amount": amount,
            "confirmDuplicate": True,
            "couponIds": list(coupons),
        }
        return await self.ask(viewer or self.town.resident, "Pay", locale, input={**request, **facts})

    async def quote_with(self, amount: int, *coupons: str, **facts: Any) -> Any:
        request = {
            "walletId": self.wallet(),
            "payee": {"storeId": self.store()},
            "amount": amount,
            "couponIds": list(coupons),
        }
        return await self.ask(self.town.resident, "QuotePayment", input={**request, **facts})

    async def redeem(
        self, item: dict[str, str], wallet: UUID | None = None, viewer: Viewer | None = None, **facts: Any
    ) -> Any:
        request = {
            "idempotencyKey": str(uuid4()),
            "walletId": self.wallet(wallet),
            "item": item,
            "payee": {"storeId": self.store()},
        }
        return await self.ask(viewer or self.town.resident, "Redeem", input={**request, **facts})

    async def quote_redemption(self, item: dict[str, str], **facts: Any) -> Any:
        request = {"walletId": self.wallet(), "item": item, "payee": {"storeId": self.store()}}
        return await self.ask(self.town.resident, "QuoteRedemption", input={**request, **facts})

    async def rollback(self, redemption: str, viewer: Viewer | None = None, **facts: Any) -> Any:
        request = {"idempotencyKey": str(uuid4()), "redemptionId": redemption, "reason": "WRONG_ITEM"}
        return await self.ask(viewer or self.town.desk, "RollbackRedemption", input={**request, **facts})

    async def list(self, viewer: Viewer | None = None, locale: str = "ja", **facts: Any) -> Any:
        return await self.ask(viewer, "Coupons", locale, municipality=self.code, **facts)

    async def seen(self, coupon: str) -> Any:
        """A coupon with its budget and stock, as the municipality's auditor sees it."""
        return await self.ask(self.town.auditor, "Coupon", id=coupon)

    async def owed(self, store: UUID | None = None) -> int:
        """The amount that the municipality owes a store. Whole units."""
        answer = await self.ask(self.town.auditor, "StoreBalances", id=self.store(store))
        return sum(balance["posted"] for balance in answer["balances"])

    async def lots(self) -> dict[str, dict[str, int]]:
        """The wallet's lots by asset code: what is left in each, by its id. Whole units."""
        wallet = await self.ask(self.town.resident, "Wallet", id=self.wallet())
        return {
            balance["asset"]["code"]: {lot["id"]: lot["amount"] for lot in balance["lots"]}
            for balance in wallet["balances"]
        }

    async def nothing_moved(self, work: Any) -> Any:
        """The answer to a refused request; AssertionError if anything changed."""
        before = await self.state()
        answer = await work
        assert await self.state() == before
        await self.town.assert_sound()
        return answer

    async def state(self) -> Any:
        accounts = await rows(
            "select id, posted, held from account where municipality_id = $1 order by id", self.town.id
        )
        guards = await rows(
            "select kind, subject, period, value from guard where municipality_id = $1 order by 1, 2, 3", self.town.id
        )
        events = await rows("select count(*) from event where municipality_id = $1", self.town.id)
        return accounts, guards, events
