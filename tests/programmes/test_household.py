"""A cap that counts over a household, of whose number only a hash is kept."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import orjson

from domain.database import rows
from domain.identifiers import decode
from domain.residents.claim import household_number
from domain.viewer import Viewer
from tests.support.api import Api, picked
from tests.support.lifecycle import cancel, charged
from tests.support.town import new_town


async def lives(api: Api, household: str | None, wallet: UUID | None = None) -> Any:
    claim = {"walletId": api.wallet(wallet), "resident": True, "birthYear": 1980, "householdCode": household}
    return await api.ask(api.town.desk, "RecordClaim", input=claim)


async def family(api: Api, size: int, household: str = "１２３-a") -> list[tuple[Viewer, UUID]]:
    people = [await api.town.new_resident() for _ in range(size)]
    for _, wallet in people:
        await lives(api, household, wallet)
    return people


async def test_grants_to_a_family_at_the_same_moment_stay_within_its_cap(api: Api):
    points = await api.asset("POINT")
    programme = await api.programme(points, 100_000, capPerHousehold=500, capPerPerson=300)
    people = await family(api, 4)
    answers = await asyncio.gather(*[api.grant(programme, 100, wallet) for _, wallet in people for _ in range(4)])
    refused = [answer["code"] for answer in answers if "code" in answer]
    assert refused == ["CAP_EXCEEDED"] * 11
    assert await api.left(programme) == 99_500
    [(_, neighbour)] = await family(api, 1, "124-A")
    assert (await api.grant(programme, 301, neighbour))["available"] == 300, "their own cap still counts"
    assert (await api.grant(programme, 300, neighbour))["grant"]["amount"] == 300
    shown = await api.ask(None, "Programme", id=programme)
    assert picked(shown, "capPerHousehold", "capPerPerson") == {"capPerHousehold": 500, "capPerPerson": 300}
    await api.town.assert_sound()


async def test_who_has_no_verified_household_takes_no_part(api: Api):
    programme = await api.programme(await api.asset("POINT"), 1_000, capPerHousehold=500)
    assert (await api.grant(programme, 100))["reason"] == "UNVERIFIED"
    await lives(api, None)
    assert (await api.grant(programme, 100))["reason"] == "UNVERIFIED"
    await lives(api, "1")
    await lives(api, None)
    assert (await api.grant(programme, 100))["grant"]["amount"] == 100, "a claim without the number leaves it as it was"
    await lives(api, "")
    assert (await api.grant(programme, 100))["reason"] == "UNVERIFIED"
    without = await api.programme(await api.asset("OTHER"), 1_000)
    assert (await api.grant(without, 100))["grant"]["amount"] == 100
    await api.town.assert_sound()


async def test_bonuses_count_over_the_household_and_come_back(api: Api):
    bonus = await api.asset("BONUS", kind="BONUS_COIN")
    campaign = await api.bonus(bonus, 100_000, 1_000, capPerHousehold=1_000)
    assert (await charged(api, 5_000))["bonuses"] == [], "not verified: the top-up goes on without"
    [(_, wallet)] = await family(api, 1)
    await lives(api, "123-A")
    assert [bonus["amount"] for bonus in (await api.quote_charge(7_000))["quote"]["bonuses"]] == [700]
    first = await charged(api, 7_000)
    assert picked(first["bonuses"], "amount") == [{"amount": 700}]
    assert [bonus["amount"] for bonus in (await api.quote_charge(7_000, wallet))["quote"]["bonuses"]] == [300]
    assert [bonus["amount"] for bonus in (await api.charge(7_000, wallet))["charge"]["bonuses"]] == [300]
    assert (await charged(api, 7_000))["bonuses"] == []
    assert (await cancel(api, first["id"]))["cancellation"]["amount"] == 7_000
    assert [bonus["amount"] for bonus in (await api.charge(9_000, wallet))["charge"]["bonuses"]] == [700]
    assert await api.left(campaign) == 99_000
    await api.town.assert_sound()


async def test_only_a_hash_with_the_towns_salt_is_kept(api: Api):
    other = await new_town(api.services)
    facts = {"resident": True, "birthYear": 1980, "householdCode": "123-A"}
    await api.ask(api.town.desk, "RecordClaim", input={**facts, "walletId": api.wallet()})
    theirs = Api(other)
    await api.ask(other.desk, "RecordClaim", input={**facts, "walletId": theirs.wallet()})
    claims = await rows(
        "select * from person_claim where municipality_id = any ($1::smallint[])", [api.town.id, other.id]
    )
    assert len({claim["household"] for claim in claims}) == 2
    assert "123-A" not in str(claims)
    entries = await rows(
        "select before, after from audit_entry where municipality_id = $1 and action = 'record_claim'", api.town.id
    )
    assert [(entry["before"], list(orjson.loads(entry["after"]))) for entry in entries] == [(None, ["verified_at"])]
    [(_, wallet)] = await family(api, 1)
    kept = await rows("select distinct household from person_claim where municipality_id = $1", api.town.id)
    assert len(kept) == 1, "in one form of letters and digits"
    assert isinstance(decode(api.wallet(wallet))[2], UUID)


async def test_a_number_that_is_too_long_names_its_field(api: Api):
    refused = await lives(api, "1" * 65)
    assert (refused["field"], refused["problem"]) == ("householdCode", "LENGTH")
    refused = await api.create_programme(await api.asset("POINT"), 100, capPerHousehold=0)
    assert (refused["field"], refused["problem"]) == ("capPerHousehold", "POSITIVE")
    key = str(uuid4())
    answer = await api.create_programme(await api.asset("MORE"), 100, capPerHousehold=10, idempotencyKey=key)
    assert answer["programme"]["budget"] == 100


def test_numbers_have_one_form():
    assert {household_number(number) for number in ("123-a", "１２３－Ａ", " 123-A ", "123-A")} == {"123-A"}
