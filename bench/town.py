"""A town to pay in: people with money, shops with an account each, made through the domain's own verbs."""

import asyncio
from uuid import UUID, uuid4

from domain.assets import reads as assets
from domain.assets.create import NewAsset
from domain.assets.kinds import AssetKind
from domain.assets.new_municipality import create_municipality
from domain.charging.charge import Charge, charge
from domain.codes.merchant_code import merchant_reference
from domain.compose import services
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


async def make(database_url: str, wallets: int, stores: int) -> tuple[int, list[tuple[UUID, UUID]], list[UUID]]:
    """The town's number, its (person, wallet) and its shops."""
    async with services(database_url, redis_url=None, shop_code_guid="jp.example.city.coin") as made:
        now = made.clock()
        town, _ = await create_municipality("012106", None, now, made.ids, COIN)
        coin = next(asset.id for asset in await assets.of_municipality(town.id) if asset.kind == AssetKind.COIN)
        people: list[tuple[UUID, UUID]] = []
        shops: list[UUID] = []
        async with transaction():
            clerk = await join(None, now, made.ids)
            await give_access(town.id, town.desk_id, clerk, Relation.DESK, now)
            for number in range(stores):
                new = NewStore("店", "ミセ", "SHOP", "food", "5411", merchant_reference(town.id, number), "S01")
                shops.append(await open_store(town.id, new, now, made.ids))
            for _ in range(wallets):
                person = await join(None, now, made.ids)
                people.append((person, await open_wallet(town.id, person, now, made.ids)))
        desk = Viewer(clerk, frozenset({Role.DESK}))
        for start in range(0, wallets, PAGE):
            await asyncio.gather(
                *[
                    charge(made, desk, Charge(uuid4(), town.id, wallet, coin, FUNDS))
                    for _, wallet in people[start : start + PAGE]
                ]
            )
        await _open_payables(made, town.id, people, shops)
        return town.id, people, shops


async def _open_payables(made: Services, town: int, people: list[tuple[UUID, UUID]], shops: list[UUID]) -> None:
    """One payment into each shop: the reference's function does not open accounts."""
    for number, shop in enumerate(shops):
        person, wallet = people[number % len(people)]
        await pay(made, Viewer(person, frozenset({Role.RESIDENT})), Pay(uuid4(), town, wallet, shop, 1))
