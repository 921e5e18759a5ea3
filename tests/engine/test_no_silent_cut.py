"""Nothing that somebody named, and nothing that a list holds, is left out without a word."""

from datetime import timedelta
from itertools import chain
from typing import Any
from uuid import uuid4

import pytest

from domain.database import rows
from domain.identifiers import Prefix, encode
from schema.core import page
from schema.core.context import Context
from schema.engine.execute import execute
from schema.engine.operations import document
from tests.support.conversions import market as new_market
from tests.support.coupons import CouponApi
from tests.support.officers import Officers
from tests.support.town import People, new_town
from tests.support.vouchers import VoucherApi

PART = 3


@pytest.fixture
def api(town: People) -> VoucherApi:
    return VoucherApi(town)


async def part(api: VoucherApi, operation: str, after: str | None = None) -> list[str]:
    """The ids of a list as finance officers see it, behind one of them."""
    listed = await api.ask(api.town.finance, operation, municipality=api.code, after=after)
    return [item["id"] for item in listed]


async def parts(api: VoucherApi, operation: str) -> list[list[str]]:
    """All parts of a list, up to the empty one behind its end."""
    listed = [await part(api, operation)]
    while listed[-1]:
        listed.append(await part(api, operation, listed[-1][-1]))
    return listed


async def test_an_asset_that_is_named_last_of_many_is_not_spent(api: VoucherApi):
    await api.charge(1_000)
    points = await api.asset("LEFT")
    await api.grant(await api.programme(points, 1_000), 400)
    elsewhere = (await new_town(api.services)).id
    strangers = [encode(Prefix.ASSET, elsewhere, number) for number in range(1, 251)]
    others = [encode(Prefix.ASSET, api.town.id, 900_000 + number) for number in range(250)]
    named = [*strangers, *others, points, points]
    quoted = await api.quote(1_200, excludeAssetIds=named)
    assert (quoted["code"], quoted["available"]) == ("INSUFFICIENT_BALANCE", 1_000)
    refused = await api.pay(1_200, excludeAssetIds=named)
    assert (refused["code"], refused["available"]) == ("INSUFFICIENT_BALANCE", 1_000)
    assert "payment" in await api.pay(900, excludeAssetIds=named)
    assert await api.balances() == {"COIN": 100, "LEFT": 400}
    await api.town.assert_sound()


@pytest.mark.parametrize("nonsense", ["", "ast_x", "points", "LEFT"])
async def test_what_names_no_asset_is_refused_because_it_would_be_spent(api: VoucherApi, nonsense: str):
    await api.charge(1_000)
    for named in ([nonsense], [*[api.coin] * 120, nonsense], [api.wallet()]):
        for refused in (await api.pay(100, excludeAssetIds=named), await api.quote(100, excludeAssetIds=named)):
            assert (refused["code"], refused["field"], refused["problem"]) == (
                "INVALID_INPUT",
                "excludeAssetIds",
                "ASSET",
            )
            assert refused["message"] == "使わない通貨・ポイント：通貨・ポイントのIDを指定してください。"
    assert await api.balances() == {"COIN": 1_000}


async def test_many_coupons_are_refused_and_not_cut_to_what_may_be_used(town: People):
    api = CouponApi(town)
    await api.charge(1_000)
    unknown = [encode(Prefix.COUPON, town.id, uuid4()) for _ in range(101)]
    assert (await api.pay(100, couponIds=unknown))["code"] == "INVALID_INPUT"
    assert (await api.pay(100, couponIds=[*unknown[:100], "cpn_x"]))["code"] == "UNKNOWN_COUPON"
    assert await api.balances() == {"COIN": 1_000}


async def test_programmes_go_on_behind_the_last_one(api: VoucherApi, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(page, "LIST_LIMIT", PART)
    asset = await api.asset("MANY")
    created = [await api.programme(asset, 10) for _ in range(7)]
    listed = await parts(api, "Programmes")
    assert [len(ids) for ids in listed] == [3, 3, 1, 0]
    assert sorted(chain(*listed)) == sorted(created)


async def test_voucher_products_go_on_behind_the_last_one_that_the_viewer_sees(
    api: VoucherApi, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(page, "LIST_LIMIT", PART)
    on_sale = await api.product(code="OLD")
    drafts = [(await api.draft(code=f"D{number}"))["product"]["id"] for number in range(4)]
    listed = await parts(api, "VoucherProducts")
    assert [len(ids) for ids in listed] == [3, 2, 0]
    assert sorted(chain(*listed)) == sorted([on_sale, *drafts])
    public = await api.ask(None, "VoucherProducts", municipality=api.code)
    assert [product["id"] for product in public] == [on_sale], "newer drafts, which others do not see, take no place"


@pytest.mark.parametrize("operation", ["Programmes", "VoucherProducts"])
@pytest.mark.parametrize("after", ["nonsense", "prg_x", ""])
async def test_behind_what_is_not_in_the_list_there_is_an_error(api: VoucherApi, operation: str, after: str):
    variables = {"municipality": api.code, "after": after}
    result = await execute(document(operation), variables, Context(api.services, None, "ja", "trace"), None)
    assert [(error.extensions or {})["code"] for error in result.errors or ()] == ["BAD_USER_INPUT"]


async def test_more_than_a_hundred_rates_and_wallets_are_all_told(town: People):
    officers = Officers(town)
    market = await new_market(officers)
    now = officers.services.clock()
    for days in range(1, 103):
        assert "rate" in await market.rate(startsAt=(now + timedelta(days=days)).isoformat())
    assert len(await market.rates()) >= 102
    wallets = await officers.residents(120)
    await rows(
        "insert into holder_access (municipality_id, holder_id, person_id, relation, granted_at)"
        " select $1, w, $3, 2, $4 from unnest($2::uuid[]) w returning 1",
        town.id,
        wallets,
        town.resident.person_id,
        now,
    )
    viewer: Any = await officers.ask(town.resident, "query { viewer { wallets { id } } }")
    assert {wallet["id"] for wallet in viewer["wallets"]} == {officers.wallet(key) for key in (*wallets, town.wallet)}
