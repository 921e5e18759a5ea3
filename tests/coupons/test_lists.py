"""Lists of coupons: near a place, at a store, claimed, usable now, expiring soon; pages neither miss nor repeat."""

import random
from datetime import timedelta
from typing import Any

import orjson
import pytest

from domain.conditions.acceptance import Acceptance, from_json
from domain.coupons import listing
from domain.database import rows
from domain.identifiers import Prefix, decode, encode
from domain.stores import reads as store_reads
from domain.stores.kinds import SizeClass
from schema.core.context import Context
from schema.engine.execute import execute
from schema.engine.operations import document
from tests.support.clock import MovableClock
from tests.support.coupons import CouponApi
from tests.support.projects import classified_store
from tests.support.town import new_town

STATION = {"latitudeMicrodegrees": 35_681_236, "longitudeMicrodegrees": 139_767_125}


def ids(page: Any) -> list[str]:
    return [edge["node"]["id"] for edge in page["edges"]]


def obstacles(page: Any) -> list[str | None]:
    return [edge["whyNot"] and edge["whyNot"]["obstacle"] for edge in page["edges"]]


async def test_what_there_is_with_why_it_cannot_be_used_now(api: CouponApi):
    year = api.services.clock().year
    await rows(
        "insert into person_claim values ($1, $2, true, $3, $4)",
        api.town.id,
        api.town.resident.person_id,
        year - 40,
        api.services.clock(),
    )
    open_ = await api.coupon(endsAt=api.at(timedelta(days=5)))
    later = await api.coupon(startsAt=api.at(timedelta(days=1)), endsAt=api.at(timedelta(days=6)))
    elders = await api.coupon(eligibility={"residentsOnly": True, "ageFrom": 65}, endsAt=api.at(timedelta(days=7)))
    claimable = await api.item_coupon(claimRequired=True, endsAt=api.at(timedelta(days=8)))
    stopped = await api.coupon()
    await api.change(stopped, stopNow=True)
    page = await api.list(api.town.resident)
    assert ids(page) == [open_, later, elders, claimable], "the earliest end first; what is stopped is gone"
    assert obstacles(page) == [None, "NOT_STARTED", "AGE", "NOT_CLAIMED"]
    assert page["edges"][3]["whyNot"]["message"] == "ご利用の前に、クーポンを取得してください。"
    english = await api.list(api.town.resident, "en")
    assert english["edges"][1]["whyNot"]["message"] == "Its time has not come yet."
    assert english["edges"][0]["node"]["name"] == "Discount"
    assert ids(await api.list(api.town.resident, usableNow=True)) == [open_]
    assert obstacles(await api.list(None)) == [None, "NOT_STARTED", "UNVERIFIED", "NOT_CLAIMED"]
    soon = await api.list(api.town.resident, endsBefore=api.at(timedelta(days=6, seconds=9)))
    assert ids(soon) == [open_, later], "expiring soon"
    await api.claim(claimable)
    assert ids(await api.list(api.town.resident, claimed=True)) == [claimable]
    assert ids(await api.list(api.town.resident, usableNow=True)) == [open_, claimable]


async def test_the_desk_sees_for_a_wallet_and_nobody_else_does(api: CouponApi):
    coupon = await api.item_coupon(claimRequired=True)
    await api.claim(coupon)
    page = await api.list(api.town.desk, walletId=api.wallet(), claimed=True)
    assert [(edge["node"]["id"], edge["claimCount"]) for edge in page["edges"]] == [(coupon, 1)]
    stranger, _ = await api.town.new_resident()
    for viewer in (stranger, api.town.staff, None):
        assert await code_of(api, viewer, walletId=api.wallet()) == "NOT_FOUND"


async def code_of(api: CouponApi, viewer: Any, **facts: Any) -> Any:
    variables = {"municipality": api.code, **facts}
    result = await execute(document("Coupons"), variables, Context(api.services, viewer, "ja", "trace"), None)
    assert result.errors is not None
    return result.errors[0].extensions["code"]


async def test_used_up_for_this_person_says_so_and_for_others_does_not(api: CouponApi):
    await api.charge(1_000)
    coupon = await api.coupon(perPerson=1, stock=2)
    await api.pay_with(500, coupon)
    edge = (await api.list(api.town.resident))["edges"][0]
    assert (edge["whyNot"]["obstacle"], edge["node"]["stockLeft"]) == ("PERSON_LIMIT", 1)
    neighbour, wallet = await api.town.new_resident()
    assert (await api.list(neighbour))["edges"][0]["whyNot"] is None
    await api.charge(1_000, wallet)
    await api.pay_with(500, coupon, wallet=wallet, viewer=neighbour)
    third, _ = await api.town.new_resident()
    assert (await api.list(third))["edges"][0]["whyNot"]["obstacle"] == "STOCK_GONE"


async def test_near_a_place_by_distance(api: CouponApi):
    """Tokyo station; a store 1,112 m to the north, one 910 m to the east (cos 35.68° of 1,112 m is 903 m), one far away, one nowhere."""
    north = await classified_store(api, latitude_microdegrees=35_691_236, longitude_microdegrees=139_767_125)
    east = await classified_store(api, latitude_microdegrees=35_681_236, longitude_microdegrees=139_777_125)
    far = await classified_store(api, latitude_microdegrees=43_064_000, longitude_microdegrees=141_346_000)
    at = {
        name: await api.coupon(acceptance={"storeIds": [api.store(store)]})
        for name, store in (("north", north), ("east", east), ("far", far))
    }
    nowhere = await api.coupon(acceptance={"storeIds": [api.store()]})
    everywhere = await api.coupon(endsAt=api.at(timedelta(days=1)))
    page = await api.list(api.town.resident, near=STATION, sort="DISTANCE")
    assert ids(page)[2:] == [at["north"], at["far"]]
    assert set(ids(page)[:2]) == {at["east"], everywhere}, "a coupon of every store is as near as the nearest of them"
    metres = {edge["node"]["id"]: edge["distanceMetres"] for edge in page["edges"]}
    assert abs(metres[at["north"]] - 1_112) <= 1
    assert abs(metres[at["east"]] - 903) <= 1
    assert 820_000 < metres[at["far"]] < 845_000
    within = await api.list(api.town.resident, near={**STATION, "withinMetres": 1_000}, sort="DISTANCE")
    assert set(ids(within)) == {at["east"], everywhere}
    by_expiry = await api.list(api.town.resident, near=STATION)
    assert ids(by_expiry)[0] == everywhere
    assert {edge["node"]["id"]: edge["distanceMetres"] for edge in by_expiry["edges"]}[nowhere] is None
    closed = "update holder set state = 1 where municipality_id = $1 and id = $2"
    await rows(closed, api.town.id, east)
    assert ids(await api.list(api.town.resident, near=STATION, sort="DISTANCE"))[-1] == at["far"]
    assert at["east"] not in ids(await api.list(api.town.resident, near=STATION, sort="DISTANCE")), "closed"


@pytest.mark.parametrize("sort", ["EXPIRY", "DISTANCE"])
async def test_pages_neither_miss_nor_repeat(api: CouponApi, sort: str):
    await classified_store(api, latitude_microdegrees=35_691_236, longitude_microdegrees=139_767_125)
    same_end = api.at(timedelta(days=5))
    coupons = {
        await api.coupon(endsAt=same_end if number % 2 else api.at(timedelta(days=number + 1))) for number in range(11)
    }
    seen: list[str] = []
    after = None
    for _ in range(20):
        page = await api.list(api.town.resident, near=STATION, sort=sort, first=3, after=after)
        seen += ids(page)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == 11
    assert set(seen) == coupons


async def test_a_filter_over_many_coupons_fills_its_pages(api: CouponApi, monkeypatch: pytest.MonkeyPatch):
    """Coupons that are not usable are skipped; a page that takes too many scans ends early and continues by its cursor."""
    monkeypatch.setattr(listing, "SCANNED", 2)
    monkeypatch.setattr(listing, "SCANS", 2)
    coupons = [
        await api.coupon(endsAt=api.at(timedelta(days=2 + n)), startsAt=api.at(timedelta(days=1 if n < 7 else -1)))
        for n in range(10)
    ]
    seen, after, pages = [], None, 0
    while pages < 20:
        page = await api.list(api.town.resident, usableNow=True, first=2, after=after)
        seen += ids(page)
        after, pages = page["pageInfo"]["endCursor"], pages + 1
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == coupons[7:]
    assert pages > 2


async def test_bad_cursors_places_and_stores(api: CouponApi):
    await api.coupon()
    cursor = (await api.list(None))["edges"][0]["cursor"]
    for after in (
        "x",
        "E.1",
        "E.1.z" + "0" * 31,
        "D" + cursor[1:],
        cursor + "0",
        "E.-1." + "0" * 32,
        "E." + "9" * 90 + "." + "0" * 32,
    ):
        assert await code_of(api, None, after=after) == "BAD_USER_INPUT"
    assert await code_of(api, None, sort="DISTANCE") == "BAD_USER_INPUT"
    assert (
        await code_of(api, None, near={"latitudeMicrodegrees": 90_000_001, "longitudeMicrodegrees": 0})
        == "BAD_USER_INPUT"
    )
    assert await code_of(api, None, first=101) == "BAD_USER_INPUT"
    other = await new_town(api.services)
    assert await code_of(api, None, storeId=encode(Prefix.STORE, other.id, other.store)) == "NOT_FOUND"
    assert (await api.ask(None, "Coupons", municipality="999999"))["edges"] == []


async def test_the_database_and_the_domain_agree_on_which_store_takes_what(api: CouponApi):
    """Random rules and stores: the list at a store is what `Acceptance.accepts` says."""
    chance = random.Random(20261126)
    codes = {
        "store_group": ["", "a", "b"],
        "area": ["", "n", "s"],
        "category": ["food", "books", "tobacco"],
        "size_class": list(SizeClass),
    }
    stores = [
        await classified_store(api, **{name: chance.choice(values) for name, values in codes.items()}) for _ in range(6)
    ]
    rules: dict[str, Acceptance] = {}
    for _ in range(25):
        rule: dict[str, Any] = {}
        for name, values in (
            ("groups", ["a", "b"]),
            ("areas", ["n", "s"]),
            ("categories", codes["category"]),
            ("excludedCategories", codes["category"]),
        ):
            if chance.random() < 0.3:
                rule[name] = chance.sample(values, chance.randrange(1, len(values) + 1))
        if chance.random() < 0.3:
            rule["sizeClasses"] = [chance.choice(list(SizeClass)).name]
        if chance.random() < 0.3:
            rule["storeIds"] = [api.store(key) for key in chance.sample(stores, 3)]
        coupon = await api.coupon(acceptance=rule)
        [row] = await rows("select acceptance from coupon where id = $1", decode(coupon)[2])
        rules[coupon] = from_json(orjson.loads(row["acceptance"]))
    counts = set()
    for key in stores:
        store = await store_reads.by_id(api.town.id, key)
        assert store is not None
        expected = {coupon for coupon, rule in rules.items() if rule.accepts(store)}
        assert set(ids(await api.list(None, storeId=api.store(key), first=100))) == expected
        counts.add(len(expected))
    assert len(counts) > 1


async def test_coupons_of_another_municipality_are_not_found(api: CouponApi, moved: MovableClock):
    other = CouponApi(await new_town(api.services))
    theirs = await other.coupon()
    await api.charge(1_000)
    assert (await api.list(None))["edges"] == []
    assert (await api.nothing_moved(api.pay_with(100, theirs)))["code"] == "UNKNOWN_COUPON"
    assert (await api.nothing_moved(api.claim(theirs)))["code"] == "UNKNOWN_COUPON"
    moved_id = encode(Prefix.COUPON, api.town.id, decode(theirs)[2])
    assert (await api.nothing_moved(api.pay_with(100, moved_id)))["code"] == "UNKNOWN_COUPON"
    assert await api.ask(None, "Coupon", id=moved_id) is None
    assert await api.ask(api.town.resident, "Node", id=theirs) == {"__typename": "Coupon", "id": theirs}, (
        "coupons are public, each under its own municipality's id"
    )
    assert await api.ask(api.town.resident, "Node", id=moved_id) is None
    moved.forward(timedelta(days=100))
    assert (await other.list(None))["edges"] == [], "what has ended is not listed"
