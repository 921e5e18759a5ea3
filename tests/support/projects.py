"""Helpers of the plays of municipal projects."""

from typing import Any
from uuid import UUID

from domain.codes.merchant_code import merchant_reference
from domain.database import transaction
from domain.stores.manage import next_merchant
from domain.stores.open_store import NewStore, open_store
from tests.support.api import Api


async def classified_store(api: Api, **facts: Any) -> UUID:
    """A store with a category, group, size, area or location; a small one that sells food, unless said otherwise."""
    defaults = {
        "name": "商店",
        "name_kana": "ショウテン",
        "name_roman": "SHOTEN",
        "category": "food",
        "merchant_category_code": "5411",
    }
    async with transaction():
        number = await next_merchant(api.town.id)
        new = NewStore(**{**defaults, **facts}, merchant_code=merchant_reference(api.town.id, number), store_code="S01")
        return await open_store(api.town.id, new, api.services.clock(), api.services.ids)


def parts_of(answer: Any) -> list[tuple[str, int]]:
    """The asset's code and the amount of every allocation of a payment, in spend order."""
    return [(part["asset"]["code"], part["amount"]) for part in answer["payment"]["allocations"]]
