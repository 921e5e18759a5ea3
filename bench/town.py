"""A town to pay in: people with money, stores with an account each, made through the domain's own verbs."""

import asyncio
from uuid import UUID, uuid4

from domain import compose
from domain.assets import reads as assets
from domain.assets.create import NewAsset
from domain.assets.kinds import AssetKind
from domain.assets.new_municipality import create_municipality
from domain.charging.charge import Charge, charge
from domain.codes.merchant_code import merchant_reference
from domain.database import transaction
from domain.ledger.holders import give_access
from domain.payments.pay import Pay, pay
from domain.residents.join import join, open_wallet
from domain.services import Services
from domain.stores.open_store import NewStore, open_store
from domain.viewer import Relation, Role, Viewer

COIN = NewAsset(
    "COIN", AssetKind.COIN, "地域通貨", "Coin", "円", "yen", paid=True, charge_maximum=10**9, payment_maximum=10**6
)
FUNDS = 10**8
PAGE = 200


async def make(
    database_url: str, wallet_count: int, store_count: int
) -> tuple[int, list[tuple[UUID, UUID]], list[UUID]]:
    """The town's number, its (person, wallet) and its stores."""
    async with compose.services(database_url, redis_url=None, store_code_guid="jp.example.city.coin") as services:
        now = services.clock()
        town, _ = await create_municipality("012106", None, now, services.ids, COIN)
        coin = next(asset.id for asset in await assets.of_municipality(town.id) if asset.kind == AssetKind.COIN)
        people: list[tuple[UUID, UUID]] = []
        stores: list[UUID] = []
        async with transaction():
            clerk = await join(None, now, services.ids)
            await give_access(town.id, town.desk_id, clerk, Relation.DESK, now)
            for number in range(store_count):
                new = NewStore("店", "ミセ", "SHOP", "food", "5411", merchant_reference(town.id, number), "S01")
                stores.append(await open_store(town.id, new, now, services.ids))
            for _ in range(wallet_count):
                person = await join(None, now, services.ids)
                people.append((person, await open_wallet(town.id, person, now, services.ids)))
        desk = Viewer(clerk, frozenset({Role.DESK}))
        for start in range(0, wallet_count, PAGE):
            await asyncio.gather(
                *[
                    charge(services, desk, Charge(uuid4(), town.id, wallet, coin, FUNDS))
                    for _, wallet in people[start : start + PAGE]
                ]
            )
        await _open_payables(services, town.id, people, stores)
        return town.id, people, stores


async def _open_payables(services: Services, town: int, people: list[tuple[UUID, UUID]], stores: list[UUID]) -> None:
    """One payment into each store: the reference's function does not open accounts."""
    for number, store in enumerate(stores):
        person, wallet = people[number % len(people)]
        await pay(services, Viewer(person, frozenset({Role.RESIDENT})), Pay(uuid4(), town, wallet, store, 1))
