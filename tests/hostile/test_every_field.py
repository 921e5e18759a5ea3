"""Every field of every type of the contract is read once with a value, in a town that has everything.

A field whose source was renamed, or that nothing provides any more, fails here.
"""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
from graphql import GraphQLObjectType, get_named_type

from domain.database import rows
from domain.identifiers import encode_event
from domain.services import Services
from domain.viewer import Viewer
from schema.core.context import Context
from schema.engine.execute import execute
from tests.hostile.filled import PLACE, FilledWorld
from tests.hostile.probes import PROBES, keyed, unkeyed
from tests.hostile.walk import CORE, Refused, ask, fields, selection
from tests.hostile.world import World, askers
from tests.support.api import ASSET
from tests.support.clock import MovableClock
from tests.support.town import new_town

Field = tuple[str, str]
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
WITHOUT_ROLES = Viewer(uuid4(), frozenset())
"""Somebody whose token says nothing."""
SHALLOW = {"assets": 2, "programmes": 2}
"""Lists that cost too much with all that is below them; it is read elsewhere."""
OF_THE_INTERFACE = ("amount", "balances", "counterparty", "receiptNumber")
WITHOUT_VALUE = {
    *[("ValueExpiring", field) for field in OF_THE_INTERFACE],
    *[("ResyncRequired", field) for field in OF_THE_INTERFACE],
    *[(event, field) for event in ("HoldPlaced", "HoldReleased", "CouponClaimed") for field in ("amount", "balances")],
    ("CouponClaim", "amount"),
}
"""Fields that an interface gives to a type whose journals move nothing."""


def written_as_promised(kind: str, field: str, value: Any) -> bool:
    """Whether an instant has its one form, and an id of a store its prefix."""
    if (kind, field) == ("Store", "id"):
        return value.startswith("str_")
    known = CORE.type_map[kind].fields.get(field)
    return known is None or get_named_type(known.type).name != "DateTime" or INSTANT.fullmatch(value) is not None


class Reading:
    """What was read: fields of types, those that had a value apart."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.valued: set[Field] = set()

    def note(self, answer: Any) -> None:
        if isinstance(answer, list):
            for item in answer:
                self.note(item)
        elif isinstance(answer, dict):
            for field, value in answer.items():
                if field != "__typename" and value and "__typename" in answer:
                    self.valued.add((answer["__typename"], field))
                    assert written_as_promised(answer["__typename"], field, value), (answer["__typename"], field, value)
                self.note(value)

    async def query(self, viewer: Viewer | None, text: str, **variables: Any) -> Any:
        """The one root field of a document."""
        context = Context(self._world.services, viewer, "ja", "trace")
        result = await execute(text, variables, context, None)
        assert result.errors is None, (text, result.errors)
        self.note(result.data)
        return next(iter(result.data.values()))

    async def field(self, viewer: Viewer | None, name: str, arguments: dict[str, Any], depth: int = 3) -> Any:
        """A root field with everything below it, so deep."""
        answer = await ask(self._world.services, viewer, name, arguments, depth)
        assert not isinstance(answer, Refused), (name, answer)
        self.note(answer)
        return answer


def object_types() -> list[GraphQLObjectType]:
    roots = (CORE.query_type, CORE.mutation_type, CORE.subscription_type)
    kinds = [kind for kind in CORE.type_map.values() if isinstance(kind, GraphQLObjectType)]
    return [kind for kind in kinds if kind not in roots and not kind.name.startswith("__")]


def members(interface: str) -> list[GraphQLObjectType]:
    return list(CORE.get_possible_types(CORE.type_map[interface]))


async def read_probes(reading: Reading, world: World, elsewhere: World) -> None:
    """Every root field by who may ask it, and every payload by who may not."""
    viewers = await askers(world, elsewhere)
    for name, probe in sorted(PROBES.items()):
        arguments = await probe.arguments(world)
        await reading.field(viewers[probe.asks], name, arguments, SHALLOW.get(name, 3))
        if "idempotencyKey" in arguments.get("input", ()):
            await reading.field(viewers[probe.asks], name, arguments)  # again, for `replayed`
        if str(fields()[name][1].type).endswith("Payload!"):
            await reading.field(WITHOUT_ROLES, name, await probe.arguments(world))


async def read_offers(reading: Reading, world: FilledWorld) -> None:
    """What can be seen, quoted and tried before anything ends."""
    town, api = world.town, world.api
    near = {"latitudeMicrodegrees": PLACE[0] + 10_000, "longitudeMicrodegrees": PLACE[1]}
    await reading.field(town.resident, "coupons", {"municipality": api.code, "walletId": world.wallet, "near": near}, 4)
    for coupon in (world.rich, world.stopped):
        await reading.field(town.finance, "coupon", {"id": coupon})
    await reading.field(None, "voucherProduct", {"id": world.household}, 4)
    funded = await world.vouchers.product(fundingProgrammeId=world.budget)
    await reading.field(town.finance, "closeVoucherProduct", keyed(productId=funded))
    payment = {"walletId": world.wallet, "payee": {"storeId": world.store}, "amount": 3_000, "couponIds": [world.rich]}
    await reading.field(town.resident, "quotePayment", unkeyed(**payment))
    broke = {**payment, "amount": 200_000, "couponIds": [], "restInCash": True}
    await reading.field(town.resident, "quotePayment", unkeyed(**broke))
    charge = {"wallet": {"walletId": world.wallet}, "assetId": api.coin, "amount": 1_000}
    await reading.field(town.resident, "quoteCharge", unkeyed(**charge))
    conversion = {"walletId": world.wallet, "fromAssetId": world.points, "toAssetId": world.ending, "amount": 10}
    await reading.field(town.resident, "quoteConversion", unkeyed(**conversion))
    terms = world.vouchers.terms(fundingProgrammeId=world.budget, sixMonthExempt=True, legalProfile="OWN_BUSINESS")
    await reading.field(town.finance, "previewVoucherProduct", unkeyed(municipality=api.code, product=terms), 4)
    free = {"nameJa": "無料券", "nameEn": "Free", "faceValue": 500_000, "minimumUnit": 1, "free": True}
    dear = {**terms, "legalProfile": "REGISTERED_THIRD_PARTY", "sixMonthExempt": False, "stock": 1_000}
    dear |= {"price": 500_000, "faceValue": 1_000_000, "subVouchers": [free, {**free, "free": False}]}
    await reading.field(town.finance, "previewVoucherProduct", unkeyed(municipality=api.code, product=dear), 4)
    redemption = {"walletId": world.wallet, "item": {"voucherId": await world.voucher_lot()}, "units": 1}
    await reading.field(town.resident, "quoteRedemption", unkeyed(**redemption, payee={"storeId": world.store}))
    answer = await reading.field(town.resident, "redeem", keyed(**redemption, payee={"storeId": world.store}))
    rollback = keyed(redemptionId=answer["redemption"]["id"], reason="OTHER")
    await reading.field(town.desk, "rollbackRedemption", rollback)
    await reading.field(town.staff, "viewer", {})


async def read_files(reading: Reading, world: FilledWorld) -> None:
    officers, town = world.officers, world.town
    for bulk in (world.undone, world.refused, world.cancelled):
        await reading.field(town.finance, "bulkGrant", {"id": bulk}, 4)
    await reading.field(town.auditor, "wallet", {"id": world.api.wallet(world.frozen)})
    content = officers.csv([town.wallet], 40)
    again = (await officers.start_again(content, world.programme))["bulkGrant"]["id"]
    await officers.run(again)
    await reading.field(town.finance, "bulkGrant", {"id": again}, 4)
    await read_a_file_partly_taken_back(reading, world)
    waiting = await officers.started(officers.csv([town.wallet], 250_000), world.programme)
    second = (await officers.start_again(officers.csv([town.wallet], 250_000), world.programme))["bulkGrant"]["id"]
    for bulk in (waiting, second):
        await reading.field(town.finance, "bulkGrantDuplicates", {"id": bulk}, 4)
    for file in (content, content + b"wal_wrong,x\r\n", officers.csv([town.wallet], 150_000)):
        checked = unkeyed(uploadId=await officers.upload(file), programmeId=world.programme)
        await reading.field(town.finance, "checkBulkGrant", checked, 5)


async def read_a_file_partly_taken_back(reading: Reading, world: FilledWorld) -> None:
    officers = world.officers
    asset = await officers.asset("PARTLY")
    programme, content = await officers.programme(asset, 1_000), officers.csv([world.town.wallet], 40)
    bulk = await officers.started(content, programme)
    await officers.run(bulk)
    assert "payment" in await world.api.pay(15, excludeAssetIds=await world.assets_but(asset))
    assert await officers.undone(bulk) == [(2, 25, "SPENT")]
    checked = unkeyed(uploadId=await officers.upload(content), programmeId=programme)
    await reading.field(world.town.finance, "checkBulkGrant", checked, 6)


async def read_approvals(reading: Reading, world: FilledWorld) -> None:
    """Every change that waits for another officer, one that is in force, and one that could not be made."""
    town, api = world.town, world.api
    paid = {**ASSET, "municipality": api.code, "kind": "COIN", "paid": True, "chargeMaximum": 60_000}
    wide = {name: unkeyed(**paid, code=code) for name, code in (("free", "WIDE"), ("taken", "TAKEN"))}
    budget = {"budget": 9_000_000}
    [programme, coupon] = [
        (await PROBES[name].arguments(world))["input"] for name in ("createProgramme", "createCoupon")
    ]
    for name, arguments in (
        ("setGrantThresholds", unkeyed(municipality=api.code, single=200_000, file=1_000_000)),
        ("setChargeCancellation", unkeyed(municipality=api.code, minutes=60)),
        ("changeProgramme", unkeyed(programmeId=world.earning, endsAt=api.at(timedelta(days=95)))),
        ("changeBudget", keyed(programmeId=world.earning, change=9_000_000)),
        ("createProgramme", {"input": {**programme, **budget}}),
        ("createCoupon", {"input": {**coupon, **budget}}),
        ("createAsset", wide["free"]),
        ("changeAsset", unkeyed(assetId=api.coin, paymentMaximum=300_001)),
    ):
        await reading.field(replace(town.finance, reason="議会の議決"), name, arguments)
    await rows("insert into person_name values ($1, '会計 花子') returning 1", town.finance.person_id)
    await reading.field(town.auditor, "auditLog", {"municipality": api.code, "first": 50}, 4)
    await reading.field(town.finance, "setConversionRate", unkeyed(**(await rate_of(world)), numerator=0))
    for name in ("undoBulkGrant", "addEarningRule", "unfreezeWallet", "resumeStore"):
        arguments = await PROBES[name].arguments(world)
        waiting = await reading.field(town.finance, name, arguments)
        await reading.field(town.other_finance, "approveChange", unkeyed(approvalId=waiting["approval"]["id"]))
        await reading.field(town.finance, name, arguments)
    taken = (await reading.field(town.finance, "createAsset", wide["taken"]))["approval"]["id"]
    await api.asset("TAKEN")
    refused = await reading.field(town.other_finance, "approveChange", unkeyed(approvalId=taken))
    assert refused["refusal"]["code"] == "INVALID_INPUT"
    page = await reading.field(town.auditor, "approvals", {"municipality": api.code, "first": 2}, 4)
    after = page["pageInfo"]["endCursor"]
    await reading.field(town.auditor, "approvals", {"municipality": api.code, "first": 50, "after": after}, 4)
    await reading.field(town.auditor, "approvals", {"municipality": api.code, "first": 5, "states": ["REJECTED"]}, 4)
    await reading.field(town.auditor, "approvals", {"municipality": api.code, "first": 50, "kinds": ["ASSET"]}, 4)


async def rate_of(world: World) -> dict[str, Any]:
    fields: dict[str, Any] = (await PROBES["setConversionRate"].arguments(world))["input"]
    return {name: value for name, value in fields.items() if name != "numerator"}


async def read_outcomes(reading: Reading, world: FilledWorld) -> None:
    key, refused = str(uuid4()), str(uuid4())
    assert "payment" in await world.api.pay(250_000, idempotencyKey=key, restInCash=True)
    assert (await world.api.pay(299_999, idempotencyKey=refused))["code"] == "INSUFFICIENT_BALANCE"
    for used in (key, refused):
        asked_after = {"operation": "PAY", "idempotencyKey": used}
        await reading.field(world.town.resident, "outcome", asked_after)


async def read_the_town_itself(reading: Reading, world: FilledWorld, owner: asyncpg.Connection) -> None:
    """Jobs that ran, and a ledger that somebody has tampered with for a moment."""
    await owner.execute(
        "insert into job (name, last_started_at, last_finished_at, next_run_at, rows_last, last_error)"
        " values ('test', now(), now(), now(), 1, 'failed') on conflict (name) do nothing"
    )
    await reading.field(world.town.auditor, "jobs", {})
    await owner.execute("delete from job where name = 'test'")
    tamper = "update account set posted = posted + $2 where municipality_id = $1 and kind = 1"
    await owner.execute(tamper, world.id, 1)
    await reading.field(world.town.auditor, "driftReport", {"municipality": world.api.code})
    await owner.execute(tamper, world.id, -1)


async def read_history(reading: Reading, world: FilledWorld) -> None:
    """All lines, receipts and events of the wallet and the store, each under its own type."""
    town = world.town
    page = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    for holder, viewer, name in (("wallet", town.resident, world.wallet), ("store", town.staff, world.store)):
        line = selection(CORE.type_map["Transaction"], 2)
        text = f"query($id: ID!, $after: String) {{ {holder}(id: $id) {{ lines: transactions(first: 100, after: $after) {{ {page} edges {{ node {line} }} }} }} }}"
        receipts = {
            node["receipt"]["id"]: node["receipt"]["__typename"]
            for node in await every_page(reading, viewer, text, name, "lines")
            if node["receipt"] is not None
        }
        for receipt, kind in receipts.items():
            shown = selection(CORE.type_map[kind], 3)
            await reading.query(viewer, f"query($id: ID!) {{ node(id: $id) {{ ... on {kind} {shown} }} }}", id=receipt)
        for event in members("Event"):
            node = f"{{ __typename ... on {event.name} {selection(event, 2)} }}"
            text = f"query($id: ID!, $after: ID) {{ {holder}(id: $id) {{ lines: events(first: 100, after: $after) {{ {page} edges {{ node {node} }} }} }} }}"
            await every_page(reading, viewer, text, name, "lines")


async def every_page(reading: Reading, viewer: Viewer, text: str, name: str, field: str) -> list[Any]:
    nodes: list[Any] = []
    after = None
    while True:
        page = (await reading.query(viewer, text, id=name, after=after))[field]
        nodes += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes
        after = page["pageInfo"]["endCursor"]


async def test_every_field_has_a_value_somewhere(
    services: Services, elsewhere: World, owner: asyncpg.Connection, moved: MovableClock
):
    world = FilledWorld(await new_town(services))
    await world.prepare()
    await world.build()
    await world.fill()
    reading = Reading(world)
    await read_probes(reading, world, elsewhere)
    await read_offers(reading, world)
    await read_files(reading, world)
    await read_approvals(reading, world)
    await read_outcomes(reading, world)
    await read_the_town_itself(reading, world, owner)
    await world.let_value_end(moved)
    await read_history(reading, world)
    ahead = encode_event(world.id, world.town.wallet, 1_000_000)
    await reading.field(world.town.resident, "paymentSettled", {"walletId": world.wallet, "after": ahead})
    await world.town.assert_sound()
    every = {(kind.name, field) for kind in object_types() for field in kind.fields if kind.name != "Refusal"}
    assert every - reading.valued == WITHOUT_VALUE
