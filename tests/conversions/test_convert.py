"""Conversion of points at the municipality's rate: both sides in one journal, from a programme's budget."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.approvals.kinds import ReversalReason
from domain.corrections.reverse import propose_reversal, reverse_journal
from domain.database import rows, transaction
from domain.identifiers import decode
from domain.ledger.holders import set_state
from domain.ledger.kinds import HolderState
from domain.ledger.refusals import ReversalImpossibleError
from domain.residents.join import open_wallet
from tests.support.api import Api, picked
from tests.support.clock import MovableClock
from tests.support.conversions import market
from tests.support.lifecycle import to_tokyo
from tests.support.town import new_town


async def test_keys_replay_mismatch_and_outlive_the_rate(api: Api, moved: MovableClock):
    town = await market(api)
    await town.rate()
    await api.grant(town.health, 500)
    key = str(uuid4())
    answers = await asyncio.gather(*[town.convert(300, idempotencyKey=key) for _ in range(5)])
    assert sorted(answer["replayed"] for answer in answers) == [False, True, True, True, True]
    assert len({answer["conversion"]["receiptNumber"] for answer in answers}) == 1
    assert (await town.convert(200, idempotencyKey=key))["code"] == "KEY_REUSED"
    await town.rate(numerator=0)
    again = await town.convert(300, idempotencyKey=key)
    assert (again["replayed"], again["balances"]) == (True, answers[0]["balances"])
    assert (await town.convert(100))["code"] == "NO_CONVERSION_RATE"
    assert await town.rates() == []
    outcome = (await api.abandon("CONVERT", key))["outcome"]
    assert picked(outcome, "state", "receipt.id") == {"state": "SETTLED", "receipt": {"id": again["conversion"]["id"]}}
    assert (await town.convert(1, validUntil=api.at(timedelta(seconds=-1))))["code"] == "REQUEST_EXPIRED"
    assert await api.balances() == {"POINT": 200, "BONUS": 300}
    await api.town.assert_sound()


async def test_every_refusal_of_a_conversion_moves_nothing(api: Api, moved: MovableClock):
    town = await market(
        api,
        1_000,
        currency={"balanceCap": 900},
        capPerPerson=800,
        eligibility={"ageFrom": 18},
        endsAt=api.at(timedelta(days=5)),
    )
    await town.rate(numerator=1, denominator=3, minimumUnit=10, capPerDay=2_100)
    await api.grant(town.health, 5_000)
    unverified = await town.convert(300)
    assert (unverified["code"], unverified["reason"]) == ("NOT_ELIGIBLE", "UNVERIFIED")
    await rows(
        "insert into person_claim values ($1, $2, true, 1950, $3)",
        api.town.id,
        api.town.resident.person_id,
        api.services.clock(),
    )

    async def refused(amount: int, code: str, **data: int) -> None:
        for answer in (await town.convert(amount), await town.quote(amount)):
            assert (answer["code"], {name: answer[name] for name in data}) == (code, data)

    await refused(305, "CONVERSION_AMOUNT", unit=10, minimum=10)
    await refused(0, "AMOUNT_OUT_OF_RANGE")
    await refused(10_000_001, "AMOUNT_OUT_OF_RANGE")
    await refused(5_010, "INSUFFICIENT_BALANCE", available=5_000)
    await refused(2_110, "CONVERSION_CAP", available=2_100)
    await town.rate(numerator=1, denominator=2, minimumUnit=10)
    await refused(1_620, "CAP_EXCEEDED", available=800)
    await town.rate(numerator=1, denominator=20, minimumUnit=1)
    await refused(19, "CONVERSION_AMOUNT", unit=1, minimum=20)
    assert (await town.convert(100, fromAssetId="ast_nonsense"))["code"] == "UNKNOWN_ASSET"
    assert (await town.convert(100, fromAssetId=town.currency, toAssetId=town.points))["code"] == "NO_CONVERSION_RATE"
    assert (await town.convert(100, walletId="wal_nonsense"))["code"] == "UNKNOWN_WALLET"
    await set_state(api.town.id, api.town.wallet, HolderState.FROZEN)
    await refused(100, "WALLET_FROZEN")
    await set_state(api.town.id, api.town.wallet, HolderState.ACTIVE)
    moved.forward(timedelta(days=5))
    await refused(100, "PROGRAMME_CLOSED")
    assert (await api.balances(), await api.left(town.programme)) == ({"POINT": 5_000}, 1_000)
    await api.town.assert_sound()


async def test_the_budget_and_the_room_of_the_wallet(api: Api):
    town = await market(api, 1_000, currency={"balanceCap": 900})
    await town.rate()
    await api.grant(town.health, 5_000)
    assert (await town.convert(901))["code"] == "BALANCE_CAP"
    budget = await town.convert(1_001)
    assert (budget["code"], budget["available"]) == ("BUDGET_EXCEEDED", 1_000)
    assert (await api.balances(), await api.left(town.programme)) == ({"POINT": 5_000}, 1_000)
    await api.town.assert_sound()


async def test_nobody_elses_wallet(api: Api):
    town = await market(api)
    await town.rate()
    await api.grant(town.health, 500)
    stranger, _ = await api.town.new_resident()
    other = await new_town(api.services)
    for viewer in (stranger, other.resident):
        assert (await town.convert(100, viewer))["code"] == "UNKNOWN_WALLET"
        assert (await town.quote(100, viewer))["code"] == "UNKNOWN_WALLET"
    for viewer in (api.town.desk, api.town.staff, api.town.finance):
        assert (await town.convert(100, viewer))["code"] == "NOT_PERMITTED"
    assert await api.balances() == {"POINT": 500}
    await api.town.assert_sound()


async def test_the_cap_of_a_day_counts_over_wallets_and_races_and_begins_anew(api: Api, moved: MovableClock):
    to_tokyo(moved, 12)
    town = await market(api)
    await town.rate(capPerDay=500)
    async with transaction():
        card = await open_wallet(api.town.id, api.town.resident.person_id, api.services.clock(), api.services.ids)
    for wallet in (api.town.wallet, card):
        await api.grant(town.health, 2_000, wallet)
    answers = await asyncio.gather(
        *[town.convert(100, wallet=wallet) for wallet in (api.town.wallet, card) for _ in range(5)]
    )
    assert sorted(answer.get("code", "") for answer in answers) == [""] * 5 + ["CONVERSION_CAP"] * 5
    await town.rate(capPerDay=700)
    assert (await town.quote(100))["quote"]["leftToday"] == 100
    assert (await town.convert(200))["conversion"]["amount"] == 200
    to_tokyo(moved, 0, 5)
    assert (await town.convert(700))["conversion"]["amount"] == 700
    assert await api.left(town.programme) == 100_000 - 1_400
    await api.town.assert_sound()


async def test_a_budget_is_never_overdrawn_by_conversions_at_the_same_moment(api: Api):
    town = await market(api, 1_000)
    await town.rate()
    residents = [await api.town.new_resident() for _ in range(20)]
    await asyncio.gather(*[api.grant(town.health, 100, wallet) for _, wallet in residents])
    answers = await asyncio.gather(*[town.convert(100, viewer, wallet) for viewer, wallet in residents])
    assert sorted(answer.get("code", "") for answer in answers) == [""] * 10 + ["BUDGET_EXCEEDED"] * 10
    assert await api.left(town.programme) == 0
    await api.town.assert_sound()


async def test_value_for_some_stores_only_does_not_become_value_for_all(api: Api):
    town = await market(api)
    await town.rate()
    await api.grant(await api.programme(town.points, 1_000, acceptance={"categories": ["baby"]}), 400)
    await api.grant(town.health, 100)
    assert (await town.convert(101))["available"] == 100
    assert (await town.convert(100))["conversion"]["amount"] == 100
    assert await api.balances() == {"POINT": 400, "BONUS": 100}
    await api.town.assert_sound()


async def test_what_ends_first_is_converted_first_and_units_are_kept(api: Api, moved: MovableClock):
    to_tokyo(moved, 12)
    town = await market(api, points={"minimumUnit": 50}, currency={"minimumUnit": 500})
    await town.rate(minimumUnit=50, numerator=2, laterEndReason="期限の短いポイントも交換できるようにするため")
    await api.grant(town.health, 1_000)
    await api.grant(await api.programme(town.points, 1_000, expiresOn=api.day(timedelta(days=100))), 150)
    conversion = (await town.convert(600))["conversion"]
    assert (conversion["amount"], conversion["received"][0]["amount"]) == (500, 1_000), "units of 500 are received"
    assert [part["amount"] for part in conversion["allocations"]] == [150, 350]
    await api.town.assert_sound()


async def test_a_conversion_is_undone_by_two_officers_unless_it_is_spent(api: Api):
    people, town = api.town, await market(api, capPerPerson=400)
    await town.rate()
    await api.grant(town.health, 1_000)
    wrong = decode((await town.convert(400))["conversion"]["id"])[2]
    assert isinstance(wrong, UUID)
    assert (await town.convert(1))["code"] == "CAP_EXCEEDED"
    approval = await propose_reversal(people.services, people.finance, people.id, wrong, ReversalReason.OTHER)
    await reverse_journal(people.services, people.other_finance, people.id, uuid4(), approval.id)
    assert (await api.balances(), await api.left(town.programme)) == ({"POINT": 1_000}, 100_000)
    spent = decode((await town.convert(400))["conversion"]["id"])[2]
    assert isinstance(spent, UUID)
    await api.pay(1, excludeAssetIds=[town.points])
    approval = await propose_reversal(people.services, people.finance, people.id, spent, ReversalReason.OTHER)
    with pytest.raises(ReversalImpossibleError):
        await reverse_journal(people.services, people.other_finance, people.id, uuid4(), approval.id)
    await people.assert_sound()


async def test_a_conversion_is_an_event_and_a_receipt(api: Api):
    town = await market(api)
    await town.rate()
    await api.grant(town.health, 500)
    conversion = (await town.convert(100))["conversion"]
    events = await api.ask(api.town.resident, "WalletPastEvents", id=api.wallet(), first=9)
    assert picked(
        events["events"]["edges"][-1]["node"], "__typename", "amount", "conversion.id", "conversion.amount"
    ) == {"__typename": "ValueConverted", "amount": -100, "conversion": {"id": conversion["id"], "amount": 100}}
    history = await api.ask(api.town.resident, "WalletHistory", id=api.wallet(), first=2)
    lines = [
        (edge["node"]["kind"], edge["node"]["amount"], edge["node"]["receipt"]["id"])
        for edge in history["transactions"]["edges"]
    ]
    assert sorted(lines) == [("CONVERSION", -100, conversion["id"]), ("CONVERSION", 100, conversion["id"])]
    receipt = await api.ask(api.town.resident, "Receipt", id=conversion["id"])
    assert picked(receipt, "amount", "programme.name") == {"amount": 100, "programme": {"name": "ポイント交換"}}
