"""A town whose points become a local currency."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from domain.viewer import Viewer
from tests.support.api import Api


@dataclass
class Market:
    """Points that a programme grants, and a currency that they become out of another programme's budget."""

    api: Api
    points: str
    currency: str
    programme: str
    health: str

    async def rate(self, viewer: Viewer | None = None, **facts: Any) -> Any:
        """The answer to setting a rate; one to one, unless said otherwise."""
        given = {
            "municipality": self.api.code,
            "fromAssetId": self.points,
            "toAssetId": self.currency,
            "programmeId": self.programme,
            "numerator": 1,
            "denominator": 1,
            "minimumUnit": 1,
            **facts,
        }
        return await self.api.ask(viewer or self.api.town.finance, "SetConversionRate", input=given)

    async def convert(self, amount: int, viewer: Viewer | None = None, wallet: UUID | None = None, **facts: Any) -> Any:
        given = {"idempotencyKey": str(uuid4()), **self._given(amount, wallet), **facts}
        return await self.api.ask(viewer or self.api.town.resident, "Convert", input=given)

    async def quote(self, amount: int, viewer: Viewer | None = None, **facts: Any) -> Any:
        given = {**self._given(amount, None), **facts}
        return await self.api.ask(viewer or self.api.town.resident, "QuoteConversion", input=given)

    async def rates(self) -> Any:
        """The rates of the town, as everybody sees them."""
        return await self.api.ask(None, "ConversionRates", municipality=self.api.code)

    def _given(self, amount: int, wallet: UUID | None) -> dict[str, Any]:
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
    """A town with points, currency and their programmes, and no rate yet; `facts` are of the conversions' programme."""
    points_id = await api.asset("POINT", nameJa="健康ポイント", **(points or {}))
    currency_id = await api.asset("BONUS", kind="BONUS_COIN", nameJa="地域通貨（交換分）", **(currency or {}))
    programme = await api.programme(currency_id, budget, kind="CONVERSION", nameJa="ポイント交換", **facts)
    health = await api.programme(points_id, 1_000_000, nameJa="健康事業")
    return Market(api, points_id, currency_id, programme, health)
