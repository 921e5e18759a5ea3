"""A municipality that sells vouchers, by its apps."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.database import rows
from domain.ledger.audit import trial_balance
from domain.viewer import Viewer
from tests.support.api import Api


class VoucherApi(Api):
    """One town's people at their apps, and its vouchers."""

    def terms(self, **facts: Any) -> dict[str, Any]:
        """Ten units of 5,000 for 6,500: 2,000 for every store, 4,500 for small ones; on sale for a month, usable for three."""
        terms = {
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
        return {**terms, **facts}

    async def draft(self, viewer: Viewer | None = None, **facts: Any) -> Any:
        return await self.ask(
            viewer or self.town.finance,
            "CreateVoucherProduct",
            input={"municipality": self.code, "product": self.terms(**facts)},
        )

    async def previewed(self, viewer: Viewer | None = None, locale: str = "ja", **facts: Any) -> Any:
        request = {"municipality": self.code, "product": self.terms(**facts)}
        return await self.ask(viewer or self.town.finance, "PreviewVoucherProduct", locale, input=request, stores=2)

    async def from_template(self, template: str, viewer: Viewer | None = None, **facts: Any) -> Any:
        terms = self.terms(**facts)
        kept = ("code", "stock", "unitsPerPerson", "saleStartsAt", "saleEndsAt", "usableFrom", "expiresOn", *facts)
        request = {"municipality": self.code, "template": template, **{name: terms[name] for name in kept}}
        return await self.ask(viewer or self.town.finance, "CreateVoucherProductFromTemplate", input=request)

    async def submit(self, product: str, viewer: Viewer | None = None) -> Any:
        return await self.ask(viewer or self.town.finance, "SubmitVoucherProduct", input={"productId": product})

    async def approve(self, product: str, viewer: Viewer | None = None, key: str | None = None) -> Any:
        request = {"idempotencyKey": key or str(uuid4()), "productId": product}
        return await self.ask(viewer or self.town.other_finance, "ApproveVoucherProduct", input=request)

    async def publish(self, product: str) -> str:
        """Submits and approves; the id again."""
        assert (await self.submit(product))["product"]["state"] == "REVIEW"
        approved = await self.approve(product)
        assert "product" in approved, approved
        return product

    async def product(self, **facts: Any) -> str:
        """A published product."""
        answer = await self.draft(**facts)
        assert "product" in answer, answer
        return await self.publish(answer["product"]["id"])

    async def close(self, product: str, viewer: Viewer | None = None, key: str | None = None) -> Any:
        request = {"idempotencyKey": key or str(uuid4()), "productId": product}
        return await self.ask(viewer or self.town.finance, "CloseVoucherProduct", input=request)

    async def buy(
        self, product: str, units: int = 1, viewer: Viewer | None = None, wallet: UUID | None = None, **facts: Any
    ) -> Any:
        request = {
            "idempotencyKey": str(uuid4()),
            "walletId": self.wallet(wallet),
            "productId": product,
            "units": units,
        }
        return await self.ask(viewer or self.town.resident, "PurchaseVoucher", input={**request, **facts})

    async def sell(
        self, product: str, units: int = 1, viewer: Viewer | None = None, wallet: UUID | None = None, **facts: Any
    ) -> Any:
        request = {
            "idempotencyKey": str(uuid4()),
            "wallet": {"walletId": self.wallet(wallet)},
            "productId": product,
            "units": units,
        }
        return await self.ask(viewer or self.town.desk, "SellVoucher", input={**request, **facts})

    async def numbers(self, gift: str, pin: str = "2580", viewer: Viewer | None = None) -> Any:
        return await self.ask(viewer or self.town.resident, "IssueGiftNumbers", input={"giftId": gift, "pin": pin})

    async def activate(self, gift: str, numbers: Any, viewer: Viewer, wallet: UUID, **facts: Any) -> Any:
        request = {
            "idempotencyKey": str(uuid4()),
            "walletId": self.wallet(wallet),
            "giftId": gift,
            "serialNumber": numbers["serialNumber"],
            "secretNumber": numbers["secretNumber"],
            "pin": "2580",
        }
        return await self.ask(viewer, "ActivateGift", input={**request, **facts})

    async def seen(self, product: str, viewer: Viewer | None = None) -> Any:
        return await self.ask(viewer, "VoucherProduct", id=product)

    async def budget(self, amount: int) -> str:
        """A declared budget for premiums."""
        points = await self.asset(f"FUND{uuid4().hex[:6]}", nameJa="商品券事業費")
        return await self.programme(points, amount, nameJa="プレミアム原資", nameEn="Premium budget")


async def bought_gift(api: VoucherApi, units: int = 1, **facts: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A product, a purchase of it as a gift, and the gift's numbers."""
    product = await api.product(code="V", **facts)
    await api.charge(50_000)
    purchase = (await api.buy(product, units, gift=True))["purchase"]
    return product, purchase, await api.numbers(purchase["gift"]["id"])


async def record_claim(api: VoucherApi, wallet: UUID, **facts: Any) -> None:
    """The desk verifies a resident, with a year of birth or a household if `facts` have them."""
    request = {"walletId": api.wallet(wallet), "resident": True, **facts}
    assert "verifiedAt" in await api.ask(api.town.desk, "RecordClaim", input=request)


async def books(api: VoucherApi) -> dict[tuple[str, str], int]:
    """What all accounts of a kind hold of an asset, by the names of both; zeros are left out. Whole units."""
    trial = await trial_balance(api.town.id, api.services.clock())
    codes = {
        row["id"]: row["code"]
        for row in await rows("select id, code from asset where municipality_id = $1", api.town.id)
    }
    return {(line.kind.name, codes[line.asset]): line.posted for line in trial.lines if line.posted}
