"""What counts against a person's cap, is given back, and is audited."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg

from domain.database import rows
from domain.ledger.audit import drift
from tests.support.api import Api

PROPOSE = "mutation($input: ProposeReversalInput!) { proposeReversal(input: $input) { ... on ProposeReversalSuccess { approval { id } } } }"
REVERSE = (
    "mutation($input: ReverseJournalInput!) { reverseJournal(input: $input) { ... on ReverseJournalSuccess { reversal { amount } replayed }"
    " ... on UserError { code } } }"
)
CHARGE = "mutation($input: ChargeInput!) { charge(input: $input) { ... on ChargeSuccess { charge { id bonuses { amount } } } } }"


async def undo(api: Api, journal: str, times: int = 1) -> list[Any]:
    proposed = await api.ask(api.town.finance, PROPOSE, input={"journalId": journal, "reason": "WRONG_WALLET"})
    given = {"approvalId": proposed["approval"]["id"]}
    undone = [
        api.ask(api.town.other_finance, REVERSE, input={"idempotencyKey": str(uuid4()), **given}) for _ in range(times)
    ]
    return await asyncio.gather(*undone)


async def charged(api: Api, amount: int) -> Any:
    given = {
        "idempotencyKey": str(uuid4()),
        "wallet": {"walletId": api.wallet()},
        "assetId": api.coin,
        "amount": amount,
    }
    return (await api.ask(api.town.desk, CHARGE, input=given))["charge"]


async def test_an_undone_grant_gives_the_cap_back_once(api: Api):
    programme = await api.programme(await api.asset("POINT"), 1_000, capPerPerson=500)
    wrong = (await api.grant(programme, 400))["grant"]["id"]
    assert (await api.grant(programme, 400))["available"] == 100
    answers = await undo(api, wrong, times=4)
    assert sorted(one.get("code", "") for one in answers) == [
        "",
        "ALREADY_REVERSED",
        "ALREADY_REVERSED",
        "ALREADY_REVERSED",
    ]
    assert (await api.grant(programme, 501))["available"] == 500
    assert (await api.grant(programme, 500))["grant"]["amount"] == 500
    assert (await api.grant(programme, 1))["available"] == 0
    await api.town.assert_sound()


async def test_an_undone_charge_gives_the_caps_of_its_campaigns_back(api: Api):
    bonus = await api.asset("BONUS", kind="BONUS_COIN")
    await api.bonus(bonus, 10_000, 1_000, capPerPerson=300)
    await api.bonus(bonus, 10_000, 2_000, capPerPerson=1_000, nameJa="二つ目")
    wrong = await charged(api, 5_000)
    assert sorted(one["amount"] for one in wrong["bonuses"]) == [300, 1_000]
    assert (await charged(api, 5_000))["bonuses"] == []
    await undo(api, wrong["id"])
    assert sorted(one["amount"] for one in (await charged(api, 5_000))["bonuses"]) == [300, 1_000]
    await api.town.assert_sound()


async def test_the_audit_finds_a_cap_that_was_tampered_with(api: Api, database_url: str):
    programme = await api.programme(await api.asset("POINT"), 1_000, capPerPerson=500)
    await api.grant(programme, 400)
    await api.town.assert_sound()
    owner = await asyncpg.connect(database_url)
    await owner.execute("update guard set value = value - 1 where municipality_id = $1 and kind = 2", api.town.id)
    [found] = await drift([api.town.id])
    assert (found.check, found.stored, found.expected) == ("programme_cap", 399, 400)
    assert str(api.town.resident.person_id) in found.subject
    await owner.execute("delete from guard where municipality_id = $1 and kind = 2", api.town.id)
    [found] = await drift([api.town.id])
    assert (found.check, found.stored, found.expected) == ("programme_cap", 0, 400)
    await owner.execute("update programme set caps_in_journals = false where municipality_id = $1", api.town.id)
    assert await drift([api.town.id]) == [], "programmes of before the journals kept it"
    await owner.close()


async def test_receipts_name_people_by_number_only(api: Api):
    programme = await api.programme(await api.asset("POINT"), 1_000)
    await api.grant(programme, 400)
    [row] = await rows("select receipt from journal where municipality_id = $1 and kind = 10", api.town.id)
    assert str(api.town.resident.person_id) in str(row["receipt"])
    assert "試験" not in str(row["receipt"])
