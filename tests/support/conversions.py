"""A municipality whose points can be converted into a local currency."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from domain.viewer import Viewer
from tests.support.api import Api


@dataclass
class Market:
    """Points that a programme grants, and a currency into which they are converted, from another programme's budget."""

    api: Api
    points: str
    currency: str
    programme: str
    health: str

    async def rate(self, viewer: Viewer | None = None, **facts: Any) -> Any:
        """The answer to setting a rate: by default, one to one."""
        request = {
            "municipality": self.api.code,
            "fromAssetId": self.points,
            "toAssetId": self.currency,
            "programmeId": self.programme,
            "numerator": 1,
            "denominator": 1,
            "minimumUnit": 1,
            **facts,
        }
        answer = await self.api.both(viewer or self.api.town.finance, "SetConversionRate", input=request)
        if "appliedAt" not in (answer.get("approval") or {}):
            return answer
        assert answer["approval"]["appliedAt"] is not None
        [rate, *_] = [
            rate
            for rate in sorted(await self.rates(), key=lambda known: known["startsAt"], reverse=True)
            if (rate["fromAsset"]["id"], rate["toAsset"]["id"]) == (request["fromAssetId"], request["toAssetId"])
        ]
        return {"rate": rate, "approval": answer["approval"]}

    async def convert(self, amount: int, viewer: Viewer | None = None, wallet: UUID | None = None, **facts: Any) -> Any:
        request = {"idempotencyKey": str(uuid4()), **self._input(amount, wallet), **facts}
        return await self.api.ask(viewer or self.api.town.resident, "Convert", input=request)

    async def quote(self, amount: int, viewer: Viewer | None = None, **facts: Any) -> Any:
        request = {**self._input(amount, None), **facts}
        return await self.api.ask(viewer or self.api.town.resident, "QuoteConversion", input=request)

    async def rates(self) -> Any:
        """The rates of the municipality, as everybody sees them."""
        return await self.api.ask(None, "ConversionRates", municipality=self.api.code)

    def _input(self, amount: int, wallet: UUID | None) -> dict[str, Any]:
        return {
            "walletId": self.api.wallet(wallet),
            "fromAssetId": self.points,
            "toAssetId": self.currency,
            "amount": amount,
        }


async def market(
    api: Api,
    budget: int = 100_000,
    points: dict[str, Any] | None = None,
    currency: dict[str, Any] | None = None,
    **facts: Any,
) -> Market:
    """Set up points, a currency and their programmes, without a rate. `facts` are those of the conversions' programme."""
    points_id = await api.asset("POINT", nameJa="健康ポイント", **(points or {}))
    currency_id = await api.asset("BONUS", kind="BONUS_COIN", nameJa="地域通貨（交換分）", **(currency or {}))
    programme = await api.programme(currency_id, budget, kind="CONVERSION", nameJa="ポイント交換", **facts)
    health = await api.programme(points_id, 1_000_000, nameJa="健康事業")
    return Market(api=api, points=points_id, currency=currency_id, programme=programme, health=health)
