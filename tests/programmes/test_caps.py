"""What counts against a person's cap, is given back, and is audited."""

import asyncio

import asyncpg

from domain.database import rows
from domain.ledger.audit import drift
from tests.support.api import Api
from tests.support.lifecycle import charged
from tests.support.reversals import approve, propose, reverse


async def test_an_undone_grant_gives_the_cap_back_once(api: Api):
    programme = await api.programme(await api.asset("POINT"), 1_000, capPerPerson=500)
    wrong = (await api.grant(programme, 400))["grant"]["id"]
    assert (await api.grant(programme, 400))["available"] == 100
    approval = await propose(api, wrong)
    answers = await asyncio.gather(*[approve(api, approval) for _ in range(4)])
    assert sorted(answer.get("code", "") for answer in answers) == ["", *["ALREADY_REVERSED"] * 3]
    assert (await api.grant(programme, 501))["available"] == 500
    assert (await api.grant(programme, 500))["grant"]["amount"] == 500
    assert (await api.grant(programme, 1))["available"] == 0
    await api.town.assert_sound()


async def test_an_undone_charge_gives_the_caps_of_its_campaigns_back(api: Api):
    bonus = await api.asset("BONUS", kind="BONUS_COIN")
    await api.bonus(bonus, 10_000, 1_000, capPerPerson=300)
    await api.bonus(bonus, 10_000, 2_000, capPerPerson=1_000, nameJa="二つ目")
    wrong = await charged(api, 5_000)
    assert sorted(bonus["amount"] for bonus in wrong["bonuses"]) == [300, 1_000]
    assert (await charged(api, 5_000))["bonuses"] == []
    await reverse(api, wrong["id"])
    assert sorted(bonus["amount"] for bonus in (await charged(api, 5_000))["bonuses"]) == [300, 1_000]
    await api.town.assert_sound()


async def test_the_audit_finds_a_cap_that_was_tampered_with(api: Api, database_url: str):
    programme = await api.programme(await api.asset("POINT"), 1_000, capPerPerson=500)
    await api.grant(programme, 400)
    await api.town.assert_sound()
    owner = await asyncpg.connect(database_url)
    await owner.execute("update guard set value = value - 1 where municipality_id = $1 and kind = 2", api.town.id)
    [difference] = await drift([api.town.id])
    assert (difference.check, difference.stored, difference.expected) == ("programme_cap", 399, 400)
    assert str(api.town.resident.person_id) in difference.subject
    await owner.execute("delete from guard where municipality_id = $1 and kind = 2", api.town.id)
    [difference] = await drift([api.town.id])
    assert (difference.check, difference.stored, difference.expected) == ("programme_cap", 0, 400)
    await owner.execute("update programme set caps_in_journals = false where municipality_id = $1", api.town.id)
    assert await drift([api.town.id]) == [], "programmes of before the journals kept it"
    await owner.close()


async def test_receipts_name_people_by_number_only(api: Api):
    programme = await api.programme(await api.asset("POINT"), 1_000)
    await api.grant(programme, 400)
    [journal] = await rows("select receipt from journal where municipality_id = $1 and kind = 10", api.town.id)
    assert str(api.town.resident.person_id) in str(journal["receipt"])
    assert "試験" not in str(journal["receipt"])
