"""What demo towns offer is made once, in old towns too, and never hinders a start."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest

from domain.database import rows
from domain.programmes.kinds import ProgrammeKind
from domain.viewer import Role
from mocks import town as demo_towns
from mocks import town_offers
from mocks.town_offers import MILE, MILES_GIVEN, POINT, UNITS, VOUCHER, offer
from schema.core.ids import Prefix, encode
from tests.support.api import Api
from tests.support.town import People
from tests.support.vouchers import VoucherApi

PERSONS = (
    (Role.RESIDENT, "resident"),
    (Role.MERCHANT_STAFF, "staff"),
    (Role.FINANCE, "finance"),
    (Role.FINANCE, "other_finance"),
)


def personas(people: People) -> list[dict[str, Any]]:
    """As the file of a demo town has them."""
    listed: list[dict[str, Any]] = []
    for role, name in PERSONS:
        more = {
            Role.RESIDENT: {"walletIds": [encode(Prefix.WALLET, people.id, people.wallet)]},
            Role.MERCHANT_STAFF: {"storeId": encode(Prefix.STORE, people.id, people.store)},
        }.get(role, {})
        person = str(getattr(people, name).person_id)
        listed.append(
            {
                "name": name,
                "role": role.value,
                "municipality": Api(people).code,
                "assetId": "",
                "personId": person,
                **more,
            }
        )
    return listed


async def counted(people: People) -> dict[str, int]:
    tables = (
        "asset",
        "programme",
        "earning_rule",
        "coupon",
        "conversion_rate",
        "voucher_product",
        "journal",
        "audit_entry",
    )
    return {
        table: (await rows(f"select count(*) from {table} where municipality_id = $1", people.id))[0]["count"]
        for table in tables
    }


async def test_a_town_offers_everything_once(town: People):
    await offer(town.services, personas(town))
    first = await counted(town)
    assert {name: first[name] for name in ("earning_rule", "coupon", "conversion_rate", "voucher_product")} == {
        "earning_rule": 1,
        "coupon": 2,
        "conversion_rate": 1,
        "voucher_product": 1,
    }
    kinds = await rows("select kind from programme where municipality_id = $1 order by kind", town.id)
    assert [ProgrammeKind(row["kind"]) for row in kinds] == sorted(
        [
            ProgrammeKind.GRANT,
            ProgrammeKind.GRANT,
            ProgrammeKind.EARNING,
            ProgrammeKind.CONVERSION,
            ProgrammeKind.VOUCHER,
        ]
    )
    await offer(town.services, personas(town))
    assert await counted(town) == first, "a second start makes nothing"
    await town.assert_sound()
    [miles] = await rows(
        "select sum(a.posted)::bigint as sum from account a join asset s on s.id = a.asset_id where a.municipality_id = $1 and a.kind = 1 and s.code ="
        " 'HEALTH_MILE'",
        town.id,
    )
    assert miles["sum"] == MILES_GIVEN
    [product] = await rows("select stock from voucher_product where municipality_id = $1", town.id)
    assert product["stock"] == UNITS


async def test_a_town_with_one_finance_officer_gets_another(town: People):
    people = [persona for persona in personas(town) if persona["name"] != "other_finance"]
    await offer(town.services, people)
    assert [persona["role"] for persona in people].count("FINANCE") == 2
    assert (await counted(town))["voucher_product"] == 1
    first = list(people)
    await offer(town.services, people)
    assert people == first
    await town.assert_sound()


async def test_what_somebody_has_changed_is_left_as_it_is(town: People, capsys: pytest.CaptureFixture[str]):
    await offer(town.services, personas(town))
    people = personas(town)
    people[0]["walletIds"].append(encode(Prefix.WALLET, town.id, town.store))
    await offer(town.services, people)
    assert "UNKNOWN_WALLET" in capsys.readouterr().out
    await town.assert_sound()


async def test_coin_and_miles_buy_what_the_town_offers(town: People):
    """The voucher and the points end later than what pays for them: the town has declared why that may be."""
    await offer(town.services, personas(town))
    await use_what_is_offered(town)


async def use_what_is_offered(town: People) -> None:
    api = VoucherApi(town)
    assets = {asset["code"]: asset["id"] for asset in await api.ask(None, "Assets", municipality=api.code)}
    await api.charge(5_000)
    products = await api.ask(None, "VoucherProducts", municipality=api.code)
    [product] = [known for known in products if known["code"] == VOUCHER]
    bought = (await api.buy(product["id"]))["purchase"]
    assert (bought["amount"], bought["faceValue"]) == (5_000, 6_500)
    miles = {
        "idempotencyKey": str(uuid4()),
        "walletId": api.wallet(),
        "fromAssetId": assets[MILE],
        "toAssetId": assets[POINT],
        "amount": 200,
    }
    converted = await api.ask(town.resident, "Convert", input={**miles, "expectedAmount": 100})
    assert converted["conversion"]["receivedAmount"] == 100
    await town.assert_sound()


async def test_a_town_of_before_gets_a_rate_and_a_product_with_their_reasons(town: People):
    with pytest.MonkeyPatch.context() as before:
        before.setattr(town_offers, "LATER_END", "")
        before.setattr(town_offers, "WIDER", "")
        before.setattr(town_offers, "VOUCHER", "PREMIUM_30")
        await offer(town.services, personas(town))
    for _ in range(2):
        await offer(town.services, personas(town))
        kept = await counted(town)
        assert (kept["conversion_rate"], kept["voucher_product"]) == (2, 2)
    await use_what_is_offered(town)


def test_the_personas_of_an_old_folder_get_the_ids_that_stores_have_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(demo_towns, "PERSONAS", tmp_path / "personas.json")
    key = "000e1s22wwhdtazybjqjpbx1915d7"
    wallet = {"name": "resident", "walletIds": [f"wal_{key}"]}
    demo_towns.PERSONAS.write_bytes(orjson.dumps([wallet, {"storeId": f"mer_{key}"}, {"storeId": f"str_{key}"}]))
    assert demo_towns.kept_personas() == [wallet, {"storeId": f"str_{key}"}, {"storeId": f"str_{key}"}]
