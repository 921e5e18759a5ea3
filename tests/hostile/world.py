"""A town with one of everything, and for every root field a question that its rightful asker gets answered."""

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.database import rows
from domain.identifiers import Prefix, decode, encode, encode_event
from domain.ledger.holders import give_access
from domain.services import Services
from domain.viewer import Relation, Role, Viewer
from tests.support.conversions import Market
from tests.support.coupons import CouponApi
from tests.support.lifecycle import charged
from tests.support.officers import Officers
from tests.support.town import People, new_town
from tests.support.vouchers import VoucherApi

EVERY_ROLE = frozenset(Role)


class World:
    """A town, what it has, and its people."""

    def __init__(self, town: People) -> None:
        self.town = town
        self.amounts = itertools.count(2_000)
        self.coupons, self.vouchers, self.officers = CouponApi(town), VoucherApi(town), Officers(town)
        self.api = self.coupons
        self.points = self.programme = self.earning = self.rule = self.conversion = self.coupon = self.store_coupon = (
            self.product
        ) = self.draft = ""
        self.gift = self.purchase = self.payment = self.source = self.bulk = self.charge = ""
        self.market = Market(self.api, "", "", "", "")
        self.neighbour: Viewer = town.resident
        self.neighbours_wallet = town.wallet
        self.other_staff: Viewer = town.staff
        self.other_store = town.store

    @property
    def services(self) -> Services:
        """Those of officers: nothing runs by itself while others are asked."""
        return self.officers.services

    @property
    def id(self) -> int:
        return self.town.id

    @property
    def wallet(self) -> str:
        return self.api.wallet()

    @property
    def store(self) -> str:
        return self.api.store()

    def journal(self, key: UUID) -> str:
        return encode(Prefix.JOURNAL, self.id, key)

    async def new_charge(self) -> str:
        return (await charged(self.api, 1_000))["id"]

    async def new_payment(self) -> str:
        return (await self.api.pay(10))["payment"]["id"]

    async def new_source(self) -> str:
        card = {"walletId": self.wallet, "assetId": self.api.coin, "token": f"tok_{uuid4().hex}", "label": "•••• 4242"}
        answer = await self.api.ask(self.town.resident, "LinkFundingSource", input=card)
        if "fundingSource" in answer:
            return answer["fundingSource"]["id"]
        await rows("update funding_source set removed_at = now() where municipality_id = $1 returning id", self.id)
        return await self.new_source()

    async def new_gift(self) -> str:
        await self.api.charge(5_000)
        return (await self.vouchers.buy(self.product, gift=True))["purchase"]["gift"]["id"]

    async def new_redemption(self) -> str:
        return (await self.coupons.redeem({"couponId": self.store_coupon}))["redemption"]["id"]

    async def new_upload(self) -> str:
        return await self.officers.upload(self.officers.csv([self.town.wallet], next(self.amounts)))

    async def new_bulk(self, amount: int = 100) -> str:
        upload = await self.officers.upload(self.officers.csv([self.town.wallet], amount))
        return (await self.officers.start_again(upload, self.programme))["bulkGrant"]["id"]

    async def waiting_bulk(self) -> str:
        return await self.new_bulk(200_000 + next(self.amounts))

    async def finished_bulk(self) -> str:
        bulk = await self.new_bulk()
        await self.officers.run(bulk)
        return bulk

    async def new_proposal(self) -> str:
        proposal = {"idempotencyKey": str(uuid4()), "programmeId": self.programme, "walletId": self.wallet, "amount": 5}
        return (await self.api.ask(self.town.finance, "ProposeGrant", input=proposal))["proposal"]["approval"]["id"]

    async def new_change(self) -> str:
        """The approval of a change that its proposer waits for: an earning rule."""
        rule = {"kind": "PERCENT", "rateBp": 1, "nameJa": "規則", "nameEn": "Rule", "priority": 0, "stacking": "ALONE"}
        fields = {"idempotencyKey": str(uuid4()), "programmeId": self.earning, **rule}
        return (await self.api.ask(self.town.finance, "AddEarningRule", input=fields))["approval"]["id"]

    async def new_reversal(self) -> str:
        reversal = {"journalId": await self.new_charge(), "reason": "WRONG_AMOUNT"}
        return (await self.api.ask(self.town.finance, "ProposeReversal", input=reversal))["approval"]["id"]

    async def new_draft(self) -> str:
        return (await self.vouchers.draft())["product"]["id"]

    async def in_review(self) -> str:
        draft = await self.new_draft()
        await self.vouchers.submit(draft)
        return draft

    async def new_rule(self) -> str:
        return await self.api.rule(self.earning)

    def start_of(self, holder: UUID) -> str:
        """The cursor before all that happened to a holder: a stream from there has something to tell at once."""
        return encode_event(self.id, holder, 0)

    async def build(self) -> "World":
        api, town = self.api, self.town
        self.neighbour, self.neighbours_wallet = await town.new_resident()
        self.other_store, self.other_staff = await town.new_store(charge_agent=True)
        await api.charge(50_000)
        self.points = await api.asset("POINT")
        self.programme = await api.programme(self.points, 10_000_000, fundingSource="PUBLIC_BUDGET")
        self.earning = await api.earning(self.points, 100_000)
        self.rule = await api.rule(self.earning)
        self.other_points = await api.asset("OTHER")
        self.conversion = await api.programme(self.other_points, 100_000, kind="CONVERSION")
        self.market = Market(api, self.points, self.other_points, self.conversion, self.programme)
        await self.market.rate()
        await api.grant(self.programme, 500)
        self.coupon = await self.coupons.coupon()
        self.store_coupon = await self.coupons.item_coupon()
        self.product = await self.vouchers.product(unitsPerPerson=1_000, stock=1_000, widerThanCoinReason="市の通貨")
        self.draft = await self.new_draft()
        self.gift = await self.new_gift()
        self.purchase = self.journal(decode(self.gift)[2])  # type: ignore[arg-type]
        self.payment = await self.new_payment()
        self.charge = await self.new_charge()
        self.source = await self.new_source()
        self.bulk = await self.waiting_bulk()
        return self

    async def lots(self) -> dict[str, str]:
        """A lot of each asset of the wallet, by the asset's code."""
        return {code: next(iter(amounts)) for code, amounts in (await self.coupons.lots()).items() if amounts}


async def new_world(services: Any) -> World:
    return await World(await new_town(services)).build()


def everything(viewer: Viewer) -> Viewer:
    """The same person with a token of all roles: what they may not do is then refused by their relations alone."""
    return replace(viewer, roles=EVERY_ROLE)


async def askers(world: World, elsewhere: World) -> dict[str, Viewer | None]:
    """Who asks a town, by the names that probes use. Tokens of people who act as one thing only are of that role."""
    town = world.town
    return {
        "nobody": None,
        "resident": town.resident,
        "neighbour": everything(world.neighbour),
        "staff": town.staff,
        "other_staff": everything(world.other_staff),
        "desk": town.desk,
        "finance": town.finance,
        "other_finance": town.other_finance,
        "auditor": town.auditor,
        "stranger": await all_powers(elsewhere),
    }


async def all_powers(world: World) -> Viewer:
    """Somebody who is everything in a town, with a token of all roles."""
    town, now = world.town, world.town.services.clock()
    person, _ = await town.new_resident()
    for holder, relation in (
        (town.store, Relation.STAFF),
        (town.town.desk_id, Relation.DESK),
        (town.town.issuer_id, Relation.FINANCE),
        (town.town.issuer_id, Relation.AUDITOR),
        (town.wallet, Relation.OWNER),
    ):
        await give_access(town.id, holder, person.person_id, relation, now)
    return everything(person)


def soon(world: World, **later: int) -> str:
    return world.api.at(timedelta(**later))
