"""Seeds the two demo towns through the domain's own verbs.

Stores, people, a month of charges and payments, and what they offer. Once.
"""

import asyncio
import os
import random
import sys
from collections.abc import Awaitable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson

from api.settings import read_settings
from domain import compose
from domain.assets import reads as assets
from domain.assets.kinds import AssetKind
from domain.assets.new_municipality import create_municipality
from domain.charging.charge import Charge, charge
from domain.codes.merchant_code import merchant_reference
from domain.database import transaction
from domain.ledger.holders import give_access
from domain.municipalities import reads as municipalities
from domain.municipalities.reads import Municipality
from domain.payments.pay import Pay, pay
from domain.refusals import Refusal
from domain.residents.join import join, open_wallet
from domain.services import Services, utc_now
from domain.stores.open_store import NewStore, employ, open_store
from domain.viewer import Relation, Role, Viewer
from mocks import town_data
from mocks.town_data import TOWNS
from mocks.town_offers import offer
from schema.core.ids import Prefix, encode

DAYS = 30
PERSONAS = Path(os.environ.get("MEGURU_PERSONAS_FILE", ".data/personas.json"))


@dataclass(slots=True)
class Clock:
    """A clock that the seeding sets: a month of history is made in a second, each event at its own time."""

    now: datetime

    def __call__(self) -> datetime:
        """The time that the seeding has reached."""
        return self.now


@dataclass(slots=True)
class Seeded:
    """A town with its people."""

    town: Municipality
    coin: int
    stores: list[UUID] = field(default_factory=list)
    people: list[tuple[UUID, UUID]] = field(default_factory=list)
    desk: Viewer | None = None


async def seed(clock: Clock, services: Services) -> list[dict[str, Any]]:
    """Both towns; the personas that an app developer can be."""
    personas: list[dict[str, Any]] = []
    towns = [await _town(services, data, personas) for data in TOWNS]
    await _person_of_both(services, towns, personas)
    end = utc_now()
    for day in range(DAYS):
        clock.now = end - timedelta(days=DAYS - day)
        for seeded in towns:
            await _day(services, seeded, day)
    clock.now = end
    for seeded in towns:
        await together(
            _charge(services, seeded, wallet, 10_000) for _, wallet in seeded.people[:2] + seeded.people[-1:]
        )
    return personas


async def _town(services: Services, data: town_data.Town, personas: list[dict[str, Any]]) -> Seeded:
    town, _ = await create_municipality(data.code, data.name, services.clock(), services.ids)
    coin = next(asset.id for asset in await assets.of_municipality(town.id) if asset.kind == AssetKind.COIN)
    seeded = Seeded(town, coin)
    async with transaction():
        for number, listing in enumerate(town_data.listings(data), start=1):
            new = NewStore(**asdict(listing), merchant_code=merchant_reference(town.id, number), store_code="S01")
            seeded.stores.append(await open_store(town.id, new, services.clock(), services.ids))
        for name in town_data.residents(data):
            person = await join(name, services.clock(), services.ids)
            seeded.people.append((person, await open_wallet(town.id, person, services.clock(), services.ids)))
        await _staff(services, seeded, data, personas)
    return seeded


async def _staff(services: Services, seeded: Seeded, data: town_data.Town, personas: list[dict[str, Any]]) -> None:
    town, now = seeded.town, services.clock()
    for name, (person, wallet) in zip(town_data.residents(data)[:2], seeded.people, strict=False):
        personas.append(
            _persona(seeded, name, Role.RESIDENT, person, walletIds=[encode(Prefix.WALLET, town.id, wallet)])
        )
    for listing, store in zip(town_data.listings(data), seeded.stores[:2], strict=False):
        person = await join(f"{listing.name} スタッフ", now, services.ids)
        await employ(town.id, store, person, now)
        personas.append(
            _persona(
                seeded,
                f"{listing.name} スタッフ",
                Role.MERCHANT_STAFF,
                person,
                storeId=encode(Prefix.STORE, town.id, store),
            )
        )
    for title, role, relation, holder in (
        ("窓口", Role.DESK, Relation.DESK, town.desk_id),
        ("会計担当", Role.FINANCE, Relation.FINANCE, town.issuer_id),
        ("会計課長", Role.FINANCE, Relation.FINANCE, town.issuer_id),
        ("監査", Role.AUDITOR, Relation.AUDITOR, town.issuer_id),
    ):
        person = await join(f"{town.name} {title}", now, services.ids)
        await give_access(town.id, holder, person, relation, now)
        personas.append(_persona(seeded, f"{town.name} {title}", role, person))
        if role is Role.DESK:
            seeded.desk = Viewer(person, frozenset({Role.DESK}))


async def _person_of_both(services: Services, towns: list[Seeded], personas: list[dict[str, Any]]) -> None:
    async with transaction():
        person = await join("北野 めぐる", services.clock(), services.ids)
        wallets = [await open_wallet(seeded.town.id, person, services.clock(), services.ids) for seeded in towns]
    for seeded, wallet in zip(towns, wallets, strict=True):
        seeded.people.append((person, wallet))
    ids = [encode(Prefix.WALLET, seeded.town.id, wallet) for seeded, wallet in zip(towns, wallets, strict=True)]
    personas.append(_persona(towns[0], "北野 めぐる（2つのまち）", Role.RESIDENT, person, walletIds=ids))


def _persona(seeded: Seeded, name: str, role: Role, person: UUID, **more: object) -> dict[str, Any]:
    asset = encode(Prefix.ASSET, seeded.town.id, seeded.coin)
    return {
        "name": name,
        "role": role.value,
        "municipality": seeded.town.code,
        "assetId": asset,
        "personId": str(person),
        **more,
    }


async def _day(services: Services, seeded: Seeded, day: int) -> None:
    """A third of the people pay once or twice a day; everybody charges on two days of the month."""
    chance = random.Random(f"{seeded.town.code} {day}")  # noqa: S311 - the same town at every run, no secret
    charging = [wallet for number, (_, wallet) in enumerate(seeded.people) if number % 15 == day % 15]
    await together(_charge(services, seeded, wallet, chance.choice([3_000, 5_000, 10_000])) for wallet in charging)
    paying = [(person, wallet) for person, wallet in seeded.people if chance.random() < 0.35]
    await together(
        _pay(services, seeded, person, wallet, chance.choice(seeded.stores), chance.randrange(12, 250) * 10)
        for person, wallet in paying
    )


async def _charge(services: Services, seeded: Seeded, wallet: UUID, amount: int) -> None:
    if seeded.desk is not None:
        await charge(services, seeded.desk, Charge(uuid4(), seeded.town.id, wallet, seeded.coin, amount))


async def _pay(services: Services, seeded: Seeded, person: UUID, wallet: UUID, store: UUID, amount: int) -> None:
    await pay(services, Viewer(person, frozenset({Role.RESIDENT})), Pay(uuid4(), seeded.town.id, wallet, store, amount))


async def together(work: Iterable[Awaitable[None]]) -> None:
    """All of it at once; somebody without money pays nothing, as in life."""
    for result in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(result, BaseException) and not isinstance(result, Refusal):
            raise result


async def main() -> None:
    """Seeds the database of the environment, unless its first town is there.

    What the towns offer is made where it is missing.
    """
    clock = Clock(utc_now() - timedelta(days=DAYS + 1))
    settings = read_settings()
    async with compose.services(
        settings.database_url, redis_url=None, store_code_guid=settings.shop_code_guid, clock=clock, watches_clock=False
    ) as services:
        if await municipalities.by_code(TOWNS[0].code) is not None and PERSONAS.exists():
            personas = kept_personas()
        else:
            sys.stdout.write("Making the demo towns, once: 70 stores, 213 people, a month of payments ...\n")
            sys.stdout.flush()
            personas = await seed(clock, services)
            _keep(personas)
        clock.now = utc_now()
        await offer(services, personas)
        _keep(personas)


def kept_personas() -> list[dict[str, Any]]:
    """The personas of an earlier start. In old data folders the ids of stores begin with `mer_`."""
    personas: list[dict[str, Any]] = orjson.loads(PERSONAS.read_bytes())
    for persona in personas:
        if "storeId" in persona:
            persona["storeId"] = f"{Prefix.STORE}_{persona['storeId'].partition('_')[2]}"
    return personas


def _keep(personas: list[dict[str, Any]]) -> None:
    PERSONAS.parent.mkdir(parents=True, exist_ok=True)
    PERSONAS.write_bytes(orjson.dumps(personas, option=orjson.OPT_INDENT_2))


if __name__ == "__main__":
    asyncio.run(main())
