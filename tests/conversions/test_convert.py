"""Points become currency at the town's rate: both sides in one journal, out of a programme's budget."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.approvals.kinds import ReversalReason
from domain.conversions.reads import Rate
from domain.corrections.reverse import propose_reversal, reverse_journal
from domain.database import rows, transaction
from domain.identifiers import decode
from domain.ledger.audit import trial_balance
from domain.ledger.holders import set_state
from domain.ledger.kinds import AccountKind, HolderState
from domain.ledger.refusals import ReversalImpossibleError
from domain.residents.join import open_wallet
from domain.viewer import Viewer
from tests.support.api import ERRORS, Api
from tests.support.clock import MovableClock
from tests.support.lifecycle import to_tokyo
from tests.support.town import new_town

REFUSED = (
    "... on ConversionAmountError { unit minimum } ... on ConversionCapError { available } ... on CapExceededError { available }"
    " ... on BudgetExceededError { available } ... on InsufficientBalanceError { available } ... on NotEligibleError { reason } "
    + ERRORS
)
SET = (
    "mutation($input: SetConversionRateInput!) { setConversionRate(input: $input) { ... on SetConversionRateSuccess { rate { numerator startsAt"
    " fromAsset { code } toAsset { code } programme { name } } } ... on InvalidInputError { field problem } "
    + ERRORS
    + " } }"
)
RATES = "query($m: String!) { conversionRates(municipality: $m) { numerator denominator minimumUnit capPerDay fromAsset { code } toAsset { code } } }"
QUOTE = (
    "query($input: QuoteConversionInput!) { quoteConversion(input: $input) { ... on QuoteConversionSuccess { quote { amount receivedAmount leftToday"
    " expiresOn fromAsset { code } toAsset { code } } } " + REFUSED + " } }"
)
CONVERT = (
    "mutation($input: ConvertInput!) { convert(input: $input) { ... on ConvertSuccess { replayed balances { moved posted asset { code } }"
    " conversion { id receiptNumber amount receivedAmount allocations { amount } received { amount expiresOn asset { code } } programme { name } } } "
    + REFUSED
    + " } }"
)


class Market:
    """Points that a programme grants, and a currency that they become."""

    def __init__(self, api: Api, points: str, currency: str, programme: str, health: str) -> None:
        self.api, self.points, self.currency, self.programme, self.health = api, points, currency, programme, health

    async def rate(self, viewer: Viewer | None = None, **facts: Any) -> Any:
        given = {
            "municipality": self.api.code,
            "fromAssetId": self.points,
            "toAssetId": self.currency,
            "programmeId": self.programme,
            "numerator": 1,
            "denominator": 1,
            "minimumUnit": 1,
            **facts,
        }
        return await self.api.ask(viewer or self.api.town.finance, SET, input=given)

    async def convert(self, amount: int, viewer: Viewer | None = None, wallet: UUID | None = None, **facts: Any) -> Any:
        return await self.api.ask(
            viewer or self.api.town.resident,
            CONVERT,
            input={"idempotencyKey": str(uuid4()), **self.asked(amount, wallet), **facts},
        )

    async def quote(self, amount: int, viewer: Viewer | None = None, **facts: Any) -> Any:
        return await self.api.ask(viewer or self.api.town.resident, QUOTE, input={**self.asked(amount, None), **facts})

    def asked(self, amount: int, wallet: UUID | None) -> dict[str, Any]:
        return {
            "walletId": self.api.wallet(wallet),
            "fromAssetId": self.points,
            "toAssetId": self.currency,
            "amount": amount,
        }


async def market(
    api: Api,
    budget: int = 100_000,
    points: dict[str, Any] | None = None,
    currency: dict[str, Any] | None = None,
    **facts: Any,
) -> Market:
    given = await api.asset("POINT", nameJa="健康ポイント", **(points or {}))
    taken = await api.asset("BONUS", kind="BONUS_COIN", nameJa="地域通貨（交換分）", **(currency or {}))
    programme = await api.programme(taken, budget, kind="CONVERSION", nameJa="ポイント交換", **facts)
    return Market(api, given, taken, programme, await api.programme(given, 1_000_000, nameJa="健康事業"))


async def test_s16_points_are_converted_into_currency(api: Api, moved: MovableClock):
    """糸魚川市: administrative and private points become currency; S02 富良野市: points of an old card are carried over."""
    to_tokyo(moved, 12)
    town = await market(api, currency={"expiryRule": "MONTHS_AFTER_ISSUE", "expiresAfterMonths": 6})
    private = await api.asset("KUMIAI", kind="SHOPPING_POINT", nameJa="商店街ポイント")
    old_card = await api.programme(private, 50_000, nameJa="へそくりカード引継ぎ")
    await town.rate(minimumUnit=100)
    await town.rate(fromAssetId=private, numerator=1, denominator=2, capPerDay=5_000)
    await api.grant(town.health, 1_250)
    await api.grant(old_card, 3_001)
    rates = await api.ask(None, RATES, m=api.code)
    assert [
        (
            one["fromAsset"]["code"],
            one["toAsset"]["code"],
            one["numerator"],
            one["denominator"],
            one["minimumUnit"],
            one["capPerDay"],
        )
        for one in rates
    ] == [("POINT", "BONUS", 1, 1, 100, None), ("KUMIAI", "BONUS", 1, 2, 1, 5_000)]
    quoted = (await town.quote(1_200))["quote"]
    assert (quoted["amount"], quoted["receivedAmount"], quoted["leftToday"]) == (1_200, 1_200, None)
    done = await town.convert(1_200, expectedAmount=quoted["receivedAmount"])
    assert done["conversion"]["received"] == [
        {"amount": 1_200, "expiresOn": quoted["expiresOn"], "asset": {"code": "BONUS"}}
    ]
    assert {(one["asset"]["code"], one["moved"], one["posted"]) for one in done["balances"]} == {
        ("POINT", -1_200, 50),
        ("BONUS", 1_200, 1_200),
    }
    half = await town.convert(3_001, fromAssetId=private)
    assert (
        half["conversion"]["amount"],
        half["conversion"]["receivedAmount"],
        half["conversion"]["received"][0]["amount"],
    ) == (3_000, 1_500, 1_500), "the odd point stays"
    assert await api.balances() == {"POINT": 50, "KUMIAI": 1, "BONUS": 2_700}
    assert await api.left(town.programme) == 100_000 - 2_700
    assert (await api.pay(2_750))["payment"]["amount"] == 2_750
    trial = await trial_balance(api.town.id, api.services.clock())
    issued = {line.asset: line.posted for line in trial.lines if line.kind is AccountKind.ISSUANCE}
    assert issued[decode(private)[2]] == -(50_000 - 3_000), "what was converted is no longer in the world"
    await api.town.assert_sound()


async def test_keys_replay_mismatch_and_outlive_the_rate(api: Api, moved: MovableClock):
    town = await market(api)
    await town.rate()
    await api.grant(town.health, 500)
    key = str(uuid4())
    answers = await asyncio.gather(*[town.convert(300, idempotencyKey=key) for _ in range(5)])
    assert sorted(one["replayed"] for one in answers) == [False, True, True, True, True]
    assert len({one["conversion"]["receiptNumber"] for one in answers}) == 1
    assert (await town.convert(200, idempotencyKey=key))["code"] == "KEY_REUSED"
    await town.rate(numerator=0)
    again = await town.convert(300, idempotencyKey=key)
    assert (again["replayed"], again["balances"]) == (True, answers[0]["balances"])
    assert (await town.convert(100))["code"] == "NO_CONVERSION_RATE"
    assert await api.ask(None, RATES, m=api.code) == []
    abandon = "mutation($input: AbandonInput!) { abandon(input: $input) { ... on AbandonSuccess { outcome { state receipt { id } } } } }"
    told = await api.ask(api.town.resident, abandon, input={"operation": "CONVERT", "idempotencyKey": key})
    assert told["outcome"] == {"state": "SETTLED", "receipt": {"id": again["conversion"]["id"]}}
    assert (await town.convert(1, validUntil=api.at(timedelta(seconds=-1))))["code"] == "REQUEST_EXPIRED"
    assert await api.balances() == {"POINT": 200, "BONUS": 300}
    await api.town.assert_sound()


async def test_rates_take_over_at_their_time(api: Api, moved: MovableClock):
    town = await market(api)
    await town.rate(numerator=1, denominator=2)
    await town.rate(numerator=3, denominator=4, startsAt=api.at(timedelta(days=1)))
    await api.grant(town.health, 1_000)
    assert [(one["numerator"], one["denominator"]) for one in await api.ask(None, RATES, m=api.code)] == [
        (1, 2),
        (3, 4),
    ]
    quoted = (await town.quote(400))["quote"]
    assert (await town.convert(400))["conversion"]["received"][0]["amount"] == quoted["receivedAmount"] == 200
    moved.forward(timedelta(days=1, seconds=1))
    refused = await town.convert(400, expectedAmount=quoted["receivedAmount"])
    assert (refused["code"], refused["retry"]) == ("QUOTE_CHANGED", "SAME_KEY")
    assert (await town.convert(400, expectedAmount=300))["conversion"]["received"][0]["amount"] == 300
    assert [(one["numerator"], one["denominator"]) for one in await api.ask(None, RATES, m=api.code)] == [(3, 4)]
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
    assert sorted(one.get("code", "") for one in answers) == [""] * 5 + ["CONVERSION_CAP"] * 5
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
    assert sorted(one.get("code", "") for one in answers) == [""] * 10 + ["BUDGET_EXCEEDED"] * 10
    assert await api.left(town.programme) == 0
    await api.town.assert_sound()


async def test_value_for_some_shops_only_does_not_become_value_for_all(api: Api):
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
    await town.rate(minimumUnit=50, numerator=2)
    await api.grant(town.health, 1_000)
    await api.grant(await api.programme(town.points, 1_000, expiresOn=api.day(timedelta(days=100))), 120)
    done = await town.convert(600)
    assert (done["conversion"]["amount"], done["conversion"]["received"][0]["amount"]) == (500, 1_000), (
        "units of 500 are received"
    )
    assert [one["amount"] for one in done["conversion"]["allocations"]] == [100, 400]
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


async def test_coin_is_received_from_a_funded_programme_only_and_paid_value_is_never_converted(api: Api):
    town = await market(api)
    refused = await town.rate(fromAssetId=api.coin)
    assert (refused["field"], refused["problem"]) == ("fromAssetId", "PAID_IS_NOT_CONVERTED")
    assert (await town.rate(toAssetId=api.coin))["problem"] == "PROGRAMME_OF_CONVERSION"
    assert (await api.create_programme(api.coin, 100))["problem"] == "PAID_IS_NOT_GIVEN"
    funded = await api.programme(api.coin, 5_000, kind="CONVERSION")
    await town.rate(toAssetId=api.coin, programmeId=funded)
    await api.grant(town.health, 700)
    await api.charge(1_000)
    await town.convert(700, toAssetId=api.coin)
    assert (await api.balances(), await api.left(funded)) == ({"COIN": 1_700}, 4_300)
    found = await rows(
        "select l.funding, l.programme_id is null as own, sum(a.posted)::int as posted from account a join lot l"
        " on l.municipality_id = a.municipality_id and l.id = a.lot_id where a.municipality_id = $1 and a.kind = 1 and a.posted > 0 group by 1, 2",
        api.town.id,
    )
    assert sorted((row["funding"], row["own"], row["posted"]) for row in found) == [
        (1, True, 1_000),
        (2, False, 700),
    ], "told apart by their lots"
    await api.town.assert_sound()


@pytest.mark.parametrize(
    ("facts", "field", "problem"),
    [
        ({"numerator": -1}, "numerator", "RATE_PART"),
        ({"numerator": 1_000_001}, "numerator", "RATE_PART"),
        ({"denominator": 0}, "denominator", "RATE_PART"),
        ({"minimumUnit": 0}, "minimumUnit", "POSITIVE"),
        ({"minimumUnit": 75}, "minimumUnit", "UNIT_OF_ASSET"),
        ({"capPerDay": 0}, "capPerDay", "POSITIVE"),
        ({"startsAt": "2020-01-01T00:00:00Z"}, "startsAt", "PAST"),
    ],
)
async def test_wrong_rates_name_their_field(api: Api, facts: dict[str, Any], field: str, problem: str):
    town = await market(api, points={"minimumUnit": 50})
    refused = await town.rate(**{"minimumUnit": 50, **facts})
    assert (refused["field"], refused["problem"]) == (field, problem)
    assert await rows("select 1 from conversion_rate where municipality_id = $1", api.town.id) == []


async def test_who_may_set_rates_and_for_what(api: Api, database_url: str):
    town = await market(api)
    other = await new_town(api.services)
    for viewer in (api.town.desk, api.town.resident, api.town.staff, api.town.auditor, other.finance):
        assert (await town.rate(viewer))["code"] == "NOT_PERMITTED"
    assert (await town.rate(toAssetId=town.points))["problem"] == "SAME_ASSET"
    assert (await town.rate(programmeId=town.health))["problem"] == "PROGRAMME_OF_CONVERSION"
    assert (await town.rate(programmeId="prg_nonsense"))["code"] == "UNKNOWN_PROGRAMME"
    assert (await town.rate(fromAssetId="ast_nonsense"))["code"] == "UNKNOWN_ASSET"
    assert (await api.grant(town.programme, 1))["code"] == "UNKNOWN_PROGRAMME", "it pays for conversions only"
    await town.rate()
    [row] = await rows(
        "select actor, after from audit_entry where municipality_id = $1 and action = 'set_conversion_rate'",
        api.town.id,
    )
    assert row["actor"] == api.town.finance.person_id
    assert '"numerator": 1' in row["after"]
    owner = await asyncpg.connect(database_url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await owner.execute("update conversion_rate set numerator = 9 where municipality_id = $1", api.town.id)
    await owner.close()


async def test_a_conversion_is_an_event_and_a_receipt(api: Api):
    town = await market(api)
    await town.rate()
    await api.grant(town.health, 500)
    done = (await town.convert(100))["conversion"]
    query = (
        "query($id: ID!) { wallet(id: $id) { events(first: 9) { edges { node { __typename ... on ValueConverted { amount conversion { id amount } } } } }"
        " transactions(first: 2) { edges { node { kind amount receipt { id } } } } } }"
    )
    found = await api.ask(api.town.resident, query, id=api.wallet())
    assert found["events"]["edges"][-1]["node"] == {
        "__typename": "ValueConverted",
        "amount": 0,
        "conversion": {"id": done["id"], "amount": 100},
    }
    lines = [
        (one["node"]["kind"], one["node"]["amount"], one["node"]["receipt"]["id"])
        for one in found["transactions"]["edges"]
    ]
    assert sorted(lines) == [("CONVERSION", -100, done["id"]), ("CONVERSION", 100, done["id"])]
    shown = "query($id: ID!) { node(id: $id) { ... on Conversion { amount programme { name } } } }"
    assert await api.ask(api.town.resident, shown, id=done["id"]) == {
        "amount": 100,
        "programme": {"name": "ポイント交換"},
    }


@given(
    amount=st.integers(1, 10**7),
    numerator=st.integers(1, 10**6),
    denominator=st.integers(1, 10**6),
    unit=st.integers(1, 1_000),
    minimum=st.integers(1, 1_000),
)
def test_the_least_is_spent_for_what_is_received(
    amount: int, numerator: int, denominator: int, unit: int, minimum: int
):
    from datetime import UTC, datetime

    rate = Rate(1, uuid4(), 1, 2, uuid4(), numerator, denominator, minimum, None, datetime.now(UTC))
    amount -= amount % minimum
    received = rate.received(amount, unit)
    if not received:
        return
    spent = rate.spent(received)
    assert 0 < spent <= amount
    assert spent % minimum == 0
    assert rate.received(spent, unit) == received
    assert spent == minimum or rate.received(spent - minimum, unit) < received
    assert received * denominator <= spent * numerator, "never more than the rate"
