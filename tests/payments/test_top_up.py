"""A payment takes exactly what the wallet lacks from a linked card: captured if it was paid, released if it was not."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.database import rows
from domain.identifiers import Prefix, encode
from domain.jobs.schedule import settle_funding
from domain.ledger.holders import set_state
from domain.ledger.kinds import HolderState, JournalKind
from domain.payments import top_up as topping
from domain.stores.reads import STORES
from mocks.payment_provider import DECLINED, PaymentProvider
from tests.support.api import Api
from tests.support.clock import MovableClock
from tests.support.funding import linked, pay_with, states, with_provider
from tests.support.lifecycle import cancel, cash_of, journals
from tests.support.town import People


@pytest.fixture
def api(town: People, provider: PaymentProvider) -> Api:
    """A town whose process knows a provider."""
    return Api(with_provider(town, provider))


async def test_exactly_what_is_missing(api: Api, provider: PaymentProvider):
    source = await linked(api)
    await api.charge(700)
    key = str(uuid4())
    payment = (await pay_with(api, 1_000, source, idempotencyKey=key))["payment"]
    assert (payment["amount"], sum(part["amount"] for part in payment["allocations"])) == (1_000, 1_000)
    assert (provider.captured, await api.balances()) == (300, {})
    assert await cash_of(api, api.town.town.issuer_id) == 300, "the provider owes it to the town"
    again = await pay_with(api, 1_000, source, idempotencyKey=key)
    assert (again["replayed"], again["payment"]) == (True, payment)
    assert [deed for deed, _ in provider.calls] == ["authorise", "capture"], "nothing is asked twice"
    assert (await pay_with(api, 999, source, idempotencyKey=key))["code"] == "KEY_REUSED"
    history = (await api.ask(api.town.resident, "WalletHistory", id=api.wallet(), first=9))["transactions"]
    lines = {(edge["node"]["kind"], edge["node"]["amount"]) for edge in history["edges"]}
    assert lines >= {("CHARGE", 300), ("CHARGE", 700)}
    await api.charge(500)
    assert (await pay_with(api, 400, source))["payment"]["amount"] == 400
    assert len(provider.calls) == 2, "nothing was missing"
    [first, _] = await rows("select id from journal where municipality_id = $1 and kind = 2 order by id", api.town.id)
    await api.town.refund(first["id"], 1_000)
    assert await api.balances() == {"COIN": 1_100}, "a refund goes to the wallet, not to the card"
    await api.town.assert_sound()


async def test_points_first_and_the_card_for_the_rest(api: Api, provider: PaymentProvider):
    source = await linked(api)
    await api.grant(await api.programme(await api.asset("POINT", minimumUnit=100), 1_000), 300)
    payment = (await pay_with(api, 250, source))["payment"]
    assert [(part["asset"]["code"], part["amount"]) for part in payment["allocations"]] == [
        ("POINT", 200),
        ("COIN", 50),
    ]
    assert provider.captured == 50
    await api.town.assert_sound()


async def test_no_more_than_the_payer_and_the_coin_allow(api: Api, provider: PaymentProvider):
    source = await linked(api)
    refused = await pay_with(api, 1_000, source, 999)
    assert (refused["code"], refused["missing"], refused["maximum"], refused["retry"]) == (
        "TOP_UP_EXCEEDS",
        1_000,
        999,
        "NEW_KEY",
    )
    refused = await pay_with(api, 60_000, source, 100_000)
    assert (refused["code"], refused["maximum"]) == ("TOP_UP_EXCEEDS", 50_000)
    both = await pay_with(api, 100, source, restInCash=True)
    assert (both["field"], both["problem"]) == ("topUp", "TOP_UP_OR_CASH")
    assert (await pay_with(api, 100, source, excludeAssetIds=[api.coin]))["code"] == "INSUFFICIENT_BALANCE"
    assert (await pay_with(api, 100, source, validUntil=api.at(timedelta(seconds=-1))))["code"] == "REQUEST_EXPIRED"
    assert (provider.calls, await states(api), await api.balances()) == ([], [], {})
    await api.town.assert_sound()


async def test_declined_is_declined_for_that_key(api: Api, provider: PaymentProvider):
    source, key = await linked(api, DECLINED), str(uuid4())
    for _ in range(2):
        refused = await pay_with(api, 500, source, idempotencyKey=key)
        assert (refused["code"], refused["retry"]) == ("FUNDING_DECLINED", "NEW_KEY")
    assert [deed for deed, _ in provider.calls] == ["authorise", "void"], "asked once, and nothing can stay set aside"
    assert (await api.balances(), await journals(api, JournalKind.CHARGE)) == ({}, 0)
    await api.charge(500)
    assert (await pay_with(api, 500, source))["payment"]["amount"] == 500
    await api.town.assert_sound()


async def test_a_provider_that_hangs_up_after_authorising(api: Api, provider: PaymentProvider):
    source, key = await linked(api), str(uuid4())
    provider.silent = {"authorise"}
    refused = await pay_with(api, 500, source, idempotencyKey=key)
    assert (refused["code"], refused["retry"]) == ("FUNDING_UNAVAILABLE", "SAME_KEY")
    assert (await states(api), await api.balances(), provider.captured) == ([0], {}, 0)
    provider.silent = set()
    payment = (await pay_with(api, 500, source, idempotencyKey=key))["payment"]
    assert (payment["amount"], provider.captured, await states(api)) == (500, 500, [2])
    assert len(provider.known) == 1, "the same reference"
    await api.town.assert_sound()


async def test_nobody_came_back(api: Api, provider: PaymentProvider, moved: MovableClock):
    source, key = await linked(api), str(uuid4())
    provider.silent = {"authorise"}
    await pay_with(api, 500, source, idempotencyKey=key)
    provider.silent = set()
    await settle_funding(api.services)
    assert await states(api) == [0], "the client may come back for a while"
    moved.forward(timedelta(minutes=11))
    provider.refuses_connections = True
    await settle_funding(api.services)
    assert await states(api) == [0], "asked again at the next run"
    provider.refuses_connections = False
    await settle_funding(api.services)
    assert (await states(api), [state for state, _ in provider.known.values()]) == ([3], ["VOIDED"])
    assert (await pay_with(api, 500, source, idempotencyKey=key))["code"] == "ABANDONED", (
        "too late, and nothing is taken"
    )
    assert (await api.balances(), provider.captured) == ({}, 0)
    await api.town.assert_sound()


async def test_a_refused_payment_takes_the_charge_back(
    api: Api, provider: PaymentProvider, monkeypatch: pytest.MonkeyPatch
):
    """Another payment takes the balance between the question and the payment."""
    source, key = await linked(api), str(uuid4())
    await api.charge(700)
    charged = topping._post_charge

    async def overtaken(*arguments: Any) -> None:
        await charged(*arguments)
        await api.pay(100)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(topping, "_post_charge", overtaken)
        refused = await pay_with(api, 1_000, source, idempotencyKey=key)
    assert (refused["code"], refused["available"]) == ("INSUFFICIENT_BALANCE", 900)
    assert (await api.balances(), provider.captured, await states(api)) == ({"COIN": 600}, 0, [3])
    assert (await journals(api, JournalKind.CHARGE), await journals(api, JournalKind.CHARGE_CANCEL)) == (2, 1)
    assert (await pay_with(api, 1_000, source, idempotencyKey=key))["code"] == "INSUFFICIENT_BALANCE"
    assert await cash_of(api, api.town.town.issuer_id) == 0
    await api.town.assert_sound()


async def test_what_was_spent_of_the_charge_stays_and_is_captured(
    api: Api, provider: PaymentProvider, monkeypatch: pytest.MonkeyPatch
):
    source = await linked(api)
    await api.charge(700)
    charged = topping._post_charge

    async def overtaken(*arguments: Any) -> None:
        await charged(*arguments)
        await api.pay(900)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(topping, "_post_charge", overtaken)
        refused = await pay_with(api, 1_000, source)
    assert (refused["code"], refused["available"]) == ("INSUFFICIENT_BALANCE", 100)
    assert (await api.balances(), provider.captured, await states(api)) == ({"COIN": 100}, 300, [2])
    await api.town.assert_sound()


async def test_a_capture_without_an_answer_is_made_by_the_job(api: Api, provider: PaymentProvider, moved: MovableClock):
    source = await linked(api)
    provider.silent = {"capture"}
    assert (await pay_with(api, 500, source))["payment"]["amount"] == 500
    assert await states(api) == [1]
    provider.silent = set()
    moved.forward(timedelta(minutes=11))
    await settle_funding(api.services)
    await settle_funding(api.services)
    assert (await states(api), provider.captured) == ([2], 500)
    await api.town.assert_sound()


async def test_cut_off_after_the_charge_the_same_key_or_the_job_goes_on(
    api: Api, provider: PaymentProvider, moved: MovableClock, monkeypatch: pytest.MonkeyPatch
):
    source, keys = await linked(api), [str(uuid4()), str(uuid4())]

    async def killed(*_: object) -> None:
        raise ConnectionError

    async def cut_off(key: str) -> None:
        with monkeypatch.context() as cut:
            cut.setattr(topping, "pay", killed)
            assert (await pay_with(api, 500, source, idempotencyKey=key))["code"] == "OUTCOME_UNKNOWN"

    await cut_off(keys[0])
    assert (await states(api), await api.balances()) == ([1], {"COIN": 500})
    assert (await pay_with(api, 500, source, idempotencyKey=keys[0]))["payment"]["amount"] == 500
    await cut_off(keys[1])
    assert (await states(api), await api.balances()) == ([2, 1], {"COIN": 500})
    moved.forward(timedelta(minutes=11))
    await settle_funding(api.services)
    assert (await states(api), provider.captured, await api.balances()) == ([2, 3], 500, {})
    assert (await pay_with(api, 500, source, idempotencyKey=keys[1]))["code"] == "ABANDONED"
    await api.town.assert_sound()


async def test_many_at_once_take_what_they_pay_and_no_more(api: Api, provider: PaymentProvider):
    source, key = await linked(api), str(uuid4())
    await api.charge(1_000)
    answers = await asyncio.gather(
        *[pay_with(api, 400, source) for _ in range(8)],
        *[pay_with(api, 400, source, idempotencyKey=key) for _ in range(4)],
    )
    paid = {answer["payment"]["id"] for answer in answers if "payment" in answer}
    left = sum((await api.balances()).values())
    assert set(await states(api)) <= {2, 3}
    assert provider.captured + 1_000 == 400 * len(paid) + left
    assert len({answer["payment"]["id"] for answer in answers[8:] if "payment" in answer}) <= 1
    assert await cash_of(api, api.town.town.issuer_id) == provider.captured
    await api.town.assert_sound()


async def test_frozen_closed_capped_and_possibly_twice(api: Api, provider: PaymentProvider):
    source = await linked(api)
    await set_state(api.town.id, api.town.wallet, HolderState.FROZEN)
    assert (await pay_with(api, 100, source))["code"] == "WALLET_FROZEN"
    await set_state(api.town.id, api.town.wallet, HolderState.ACTIVE)
    await set_state(api.town.id, api.town.store, HolderState.FROZEN)
    api.services.shared(STORES).forget((api.town.id, api.town.store))
    assert (await pay_with(api, 100, source))["code"] == "STORE_NOT_ACCEPTING"
    await set_state(api.town.id, api.town.store, HolderState.ACTIVE)
    api.services.shared(STORES).forget((api.town.id, api.town.store))
    assert provider.calls == []
    key = str(uuid4())
    await pay_with(api, 100, source)
    twice = await pay_with(api, 100, source, idempotencyKey=key, confirmDuplicate=False)
    assert twice["code"] == "POSSIBLE_DUPLICATE"
    assert (await pay_with(api, 100, source, idempotencyKey=key))["payment"]["amount"] == 100
    assert (provider.captured, await api.balances()) == (200, {})
    await api.town.assert_sound()


async def test_a_town_without_a_provider_says_so(town: People):
    api = Api(town)
    source = await linked(api)
    assert (await pay_with(api, 100, source))["code"] == "FUNDING_UNAVAILABLE"
    await api.charge(100)
    assert (await pay_with(api, 100, source))["payment"]["amount"] == 100
    await api.town.assert_sound()


async def test_the_counter_does_not_hand_out_cash_for_a_card(api: Api):
    source = await linked(api)
    await pay_with(api, 500, source)
    [charge] = await rows("select id from journal where municipality_id = $1 and kind = 1", api.town.id)
    for viewer in (api.town.desk, api.town.staff):
        refused = await cancel(api, encode(Prefix.JOURNAL, api.town.id, charge["id"]), viewer)
        assert refused["code"] == "NOT_PERMITTED"
