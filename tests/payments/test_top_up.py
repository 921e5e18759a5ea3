"""A payment takes exactly what the wallet lacks from a linked card: captured if it was paid, released if it was not."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from adapters.payment_provider import HttpPaymentProvider
from domain.database import rows
from domain.jobs.schedule import settle_funding
from domain.ledger.holders import set_state
from domain.ledger.kinds import HolderState, JournalKind
from domain.payments import top_up as topping
from domain.ports import ProviderUnavailableError
from domain.stores.reads import STORES
from domain.viewer import Viewer
from mocks.payment_provider import DECLINED, KEY, PaymentProvider
from tests.support.api import ERRORS, Api
from tests.support.clock import MovableClock
from tests.support.lifecycle import cancel, cash_of, journals
from tests.support.town import People, new_town

CARD = "tok_card"
LINK = (
    "mutation($input: LinkFundingSourceInput!) { linkFundingSource(input: $input) { ... on LinkFundingSourceSuccess { fundingSource { id label asset { code } } }"
    " ... on InvalidInputError { field problem } " + ERRORS + " } }"
)
REMOVE = (
    "mutation($input: RemoveFundingSourceInput!) { removeFundingSource(input: $input) { ... on RemoveFundingSourceSuccess { fundingSource { label } } "
    + ERRORS
    + " } }"
)
SOURCES = "query($id: ID!) { fundingSources(walletId: $id) { id label } }"
PAY = (
    "mutation($input: PayInput!) { pay(input: $input) { ... on PaySuccess { replayed payment { id amount allocations { amount asset { code } } }"
    " balances { moved posted } } ... on TopUpExceedsError { missing maximum } ... on InsufficientBalanceError { available }"
    " ... on InvalidInputError { field problem } " + ERRORS + " } }"
)


@pytest.fixture
async def provider() -> AsyncIterator[PaymentProvider]:
    async with PaymentProvider().serving() as made:
        yield made


@pytest.fixture
def api(town: People, provider: PaymentProvider) -> Api:
    """A town whose process knows a provider."""
    return Api(replace(town, services=replace(town.services, funding=HttpPaymentProvider(provider.address, KEY))))


async def link(api: Api, token: str = CARD, viewer: Viewer | None = None, **facts: Any) -> Any:
    given = {"walletId": api.wallet(), "assetId": api.coin, "token": token, "label": "•••• 4242", **facts}
    return await api.ask(viewer or api.town.resident, LINK, input=given)


async def pay(api: Api, amount: int, source: str, maximum: int = 50_000, **facts: Any) -> Any:
    given = {
        "idempotencyKey": str(uuid4()),
        "walletId": api.wallet(),
        "payee": {"storeId": api.store()},
        "amount": amount,
        "confirmDuplicate": True,
        "topUp": {"fundingSourceId": source, "maximum": maximum},
        **facts,
    }
    return await api.ask(api.town.resident, PAY, input=given)


async def card(api: Api, token: str = CARD) -> str:
    return (await link(api, token))["fundingSource"]["id"]


async def states(api: Api) -> list[int]:
    found = await rows(
        "select state from provider_authorisation where municipality_id = $1 order by opened_at", api.town.id
    )
    return [row["state"] for row in found]


async def test_exactly_what_is_missing(api: Api, provider: PaymentProvider):
    source = await card(api)
    await api.charge(700)
    key = str(uuid4())
    done = await pay(api, 1_000, source, idempotencyKey=key)
    assert (done["payment"]["amount"], sum(one["amount"] for one in done["payment"]["allocations"])) == (1_000, 1_000)
    assert (provider.captured, await api.balances()) == (300, {})
    assert await cash_of(api, api.town.town.issuer_id) == 300, "the provider owes it to the town"
    again = await pay(api, 1_000, source, idempotencyKey=key)
    assert (again["replayed"], again["payment"]) == (True, done["payment"])
    assert [deed for deed, _ in provider.calls] == ["authorise", "capture"], "nothing is asked twice"
    assert (await pay(api, 999, source, idempotencyKey=key))["code"] == "KEY_REUSED"
    query = "query($id: ID!) { wallet(id: $id) { transactions(first: 9) { edges { node { kind amount } } } } }"
    edges = (await api.ask(api.town.resident, query, id=api.wallet()))["transactions"]["edges"]
    assert {(one["node"]["kind"], one["node"]["amount"]) for one in edges} >= {("CHARGE", 300), ("CHARGE", 700)}
    await api.charge(500)
    assert (await pay(api, 400, source))["payment"]["amount"] == 400
    assert len(provider.calls) == 2, "nothing was missing"
    await api.town.refund(
        (await rows("select id from journal where municipality_id = $1 and kind = 2 order by id", api.town.id))[0][
            "id"
        ],
        1_000,
    )
    assert await api.balances() == {"COIN": 1_100}, "a refund goes to the wallet, not to the card"
    await api.town.assert_sound()


async def test_points_first_and_the_card_for_the_rest(api: Api, provider: PaymentProvider):
    source = await card(api)
    await api.grant(await api.programme(await api.asset("POINT", minimumUnit=100), 1_000), 250)
    done = await pay(api, 1_000, source)
    assert [(one["asset"]["code"], one["amount"]) for one in done["payment"]["allocations"]] == [
        ("POINT", 200),
        ("COIN", 800),
    ]
    assert provider.captured == 800
    await api.town.assert_sound()


async def test_no_more_than_the_payer_and_the_coin_allow(api: Api, provider: PaymentProvider):
    source = await card(api)
    refused = await pay(api, 1_000, source, 999)
    assert (refused["code"], refused["missing"], refused["maximum"], refused["retry"]) == (
        "TOP_UP_EXCEEDS",
        1_000,
        999,
        "NEW_KEY",
    )
    refused = await pay(api, 60_000, source, 100_000)
    assert (refused["code"], refused["maximum"]) == ("TOP_UP_EXCEEDS", 50_000)
    both = await pay(api, 100, source, restInCash=True)
    assert (both["field"], both["problem"]) == ("topUp", "TOP_UP_OR_CASH")
    assert (await pay(api, 100, source, excludeAssetIds=[api.coin]))["code"] == "INSUFFICIENT_BALANCE"
    assert (await pay(api, 100, source, validUntil=api.at(timedelta(seconds=-1))))["code"] == "REQUEST_EXPIRED"
    assert (provider.calls, await states(api), await api.balances()) == ([], [], {})
    await api.town.assert_sound()


async def test_declined_is_declined_for_that_key(api: Api, provider: PaymentProvider):
    source, key = await card(api, DECLINED), str(uuid4())
    for _ in range(2):
        refused = await pay(api, 500, source, idempotencyKey=key)
        assert (refused["code"], refused["retry"]) == ("FUNDING_DECLINED", "NEW_KEY")
    assert [deed for deed, _ in provider.calls] == ["authorise", "void"], "asked once, and nothing can stay set aside"
    assert (await api.balances(), await journals(api, JournalKind.CHARGE)) == ({}, 0)
    await api.charge(500)
    assert (await pay(api, 500, source))["payment"]["amount"] == 500
    await api.town.assert_sound()


async def test_a_provider_that_hangs_up_after_authorising(api: Api, provider: PaymentProvider):
    source, key = await card(api), str(uuid4())
    provider.silent = {"authorise"}
    refused = await pay(api, 500, source, idempotencyKey=key)
    assert (refused["code"], refused["retry"]) == ("FUNDING_UNAVAILABLE", "SAME_KEY")
    assert (await states(api), await api.balances(), provider.captured) == ([0], {}, 0)
    provider.silent = set()
    done = await pay(api, 500, source, idempotencyKey=key)
    assert (done["payment"]["amount"], provider.captured, await states(api)) == (500, 500, [2])
    assert len(provider.known) == 1, "the same reference"
    await api.town.assert_sound()


async def test_nobody_came_back(api: Api, provider: PaymentProvider, moved: MovableClock):
    source, key = await card(api), str(uuid4())
    provider.silent = {"authorise"}
    await pay(api, 500, source, idempotencyKey=key)
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
    assert (await pay(api, 500, source, idempotencyKey=key))["code"] == "ABANDONED", "too late, and nothing is taken"
    assert (await api.balances(), provider.captured) == ({}, 0)
    await api.town.assert_sound()


async def test_a_refused_payment_takes_the_charge_back(
    api: Api, provider: PaymentProvider, monkeypatch: pytest.MonkeyPatch
):
    """Another payment takes the balance between the question and the payment."""
    source, key = await card(api), str(uuid4())
    await api.charge(700)
    charged = topping._post_charge

    async def overtaken(*given: Any) -> None:
        await charged(*given)
        await api.pay(100)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(topping, "_post_charge", overtaken)
        refused = await pay(api, 1_000, source, idempotencyKey=key)
    assert (refused["code"], refused["available"]) == ("INSUFFICIENT_BALANCE", 900)
    assert (await api.balances(), provider.captured, await states(api)) == ({"COIN": 600}, 0, [3])
    assert (await journals(api, JournalKind.CHARGE), await journals(api, JournalKind.CHARGE_CANCEL)) == (2, 1)
    assert (await pay(api, 1_000, source, idempotencyKey=key))["code"] == "INSUFFICIENT_BALANCE"
    assert await cash_of(api, api.town.town.issuer_id) == 0
    await api.town.assert_sound()


async def test_what_was_spent_of_the_charge_stays_and_is_captured(
    api: Api, provider: PaymentProvider, monkeypatch: pytest.MonkeyPatch
):
    source = await card(api)
    await api.charge(700)
    charged = topping._post_charge

    async def overtaken(*given: Any) -> None:
        await charged(*given)
        await api.pay(900)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(topping, "_post_charge", overtaken)
        refused = await pay(api, 1_000, source)
    assert (refused["code"], refused["available"]) == ("INSUFFICIENT_BALANCE", 100)
    assert (await api.balances(), provider.captured, await states(api)) == ({"COIN": 100}, 300, [2])
    await api.town.assert_sound()


async def test_a_capture_without_an_answer_is_made_by_the_job(api: Api, provider: PaymentProvider, moved: MovableClock):
    source = await card(api)
    provider.silent = {"capture"}
    assert (await pay(api, 500, source))["payment"]["amount"] == 500
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
    source, keys = await card(api), [str(uuid4()), str(uuid4())]

    async def killed(*_: object) -> None:
        raise ConnectionError

    async def cut_off(key: str) -> None:
        with monkeypatch.context() as cut, pytest.raises(AssertionError):
            cut.setattr(topping, "pay", killed)
            await pay(api, 500, source, idempotencyKey=key)

    await cut_off(keys[0])
    assert (await states(api), await api.balances()) == ([1], {"COIN": 500})
    assert (await pay(api, 500, source, idempotencyKey=keys[0]))["payment"]["amount"] == 500
    await cut_off(keys[1])
    assert (await states(api), await api.balances()) == ([2, 1], {"COIN": 500})
    moved.forward(timedelta(minutes=11))
    await settle_funding(api.services)
    assert (await states(api), provider.captured, await api.balances()) == ([2, 3], 500, {})
    assert (await pay(api, 500, source, idempotencyKey=keys[1]))["code"] == "ABANDONED"
    await api.town.assert_sound()


async def test_many_at_once_take_what_they_pay_and_no_more(api: Api, provider: PaymentProvider):
    source, key = await card(api), str(uuid4())
    await api.charge(1_000)
    answers = await asyncio.gather(
        *[pay(api, 400, source) for _ in range(8)], *[pay(api, 400, source, idempotencyKey=key) for _ in range(4)]
    )
    paid = {one["payment"]["id"] for one in answers if "payment" in one}
    left = sum((await api.balances()).values())
    assert set(await states(api)) <= {2, 3}
    assert provider.captured + 1_000 == 400 * len(paid) + left
    assert len({one["payment"]["id"] for one in answers[8:] if "payment" in one}) <= 1
    assert await cash_of(api, api.town.town.issuer_id) == provider.captured
    await api.town.assert_sound()


async def test_frozen_closed_capped_and_possibly_twice(api: Api, provider: PaymentProvider):
    source = await card(api)
    await set_state(api.town.id, api.town.wallet, HolderState.FROZEN)
    assert (await pay(api, 100, source))["code"] == "WALLET_FROZEN"
    await set_state(api.town.id, api.town.wallet, HolderState.ACTIVE)
    await set_state(api.town.id, api.town.store, HolderState.FROZEN)
    api.services.shared(STORES).forget((api.town.id, api.town.store))
    assert (await pay(api, 100, source))["code"] == "STORE_NOT_ACCEPTING"
    await set_state(api.town.id, api.town.store, HolderState.ACTIVE)
    api.services.shared(STORES).forget((api.town.id, api.town.store))
    assert provider.calls == []
    key = str(uuid4())
    await pay(api, 100, source)
    twice = await pay(api, 100, source, idempotencyKey=key, confirmDuplicate=False)
    assert twice["code"] == "POSSIBLE_DUPLICATE"
    assert (await pay(api, 100, source, idempotencyKey=key))["payment"]["amount"] == 100
    assert (provider.captured, await api.balances()) == (200, {})
    await api.town.assert_sound()


async def test_a_town_without_a_provider_says_so(town: People):
    api = Api(town)
    source = await card(api)
    assert (await pay(api, 100, source))["code"] == "FUNDING_UNAVAILABLE"
    await api.charge(100)
    assert (await pay(api, 100, source))["payment"]["amount"] == 100
    await api.town.assert_sound()


async def test_who_may_link_use_and_remove(api: Api, provider: PaymentProvider):
    made = await link(api)
    assert made["fundingSource"]["asset"] == {"code": "COIN"}
    assert (await link(api))["fundingSource"]["id"] == made["fundingSource"]["id"], "the same token is the same source"
    source = made["fundingSource"]["id"]
    stranger, theirs = await api.town.new_resident()
    other = await new_town(api.services)
    assert (await link(api, viewer=stranger))["code"] == "UNKNOWN_WALLET"
    assert (await link(api, viewer=api.town.desk))["code"] == "NOT_PERMITTED"
    assert (await link(api, assetId=await api.asset("POINT")))["code"] == "UNKNOWN_ASSET"
    assert (await link(api, assetId=Api(other).coin))["code"] == "UNKNOWN_ASSET"
    for facts, field in (
        ({"token": " "}, "token"),
        ({"token": "x" * 201}, "token"),
        ({"label": ""}, "label"),
        ({"label": "a\nb"}, "label"),
    ):
        wrong = await link(api, **facts)
        assert (wrong["field"], wrong["problem"]) == (field, "LENGTH")
    assert await api.ask(stranger, SOURCES, id=api.wallet()) == []
    assert await api.ask(api.town.resident, SOURCES, id=api.wallet()) == [{"id": source, "label": "•••• 4242"}]
    node = "query($id: ID!) { node(id: $id) { id ... on FundingSource { label asset { code } } } }"
    assert await api.ask(api.town.resident, node, id=source) == {
        "id": source,
        "label": "•••• 4242",
        "asset": {"code": "COIN"},
    }
    for viewer in (stranger, api.town.desk, api.town.finance, other.finance):
        assert await api.ask(viewer, node, id=source) is None
    given = {
        "idempotencyKey": str(uuid4()),
        "walletId": api.wallet(theirs),
        "payee": {"storeId": api.store()},
        "amount": 100,
        "topUp": {"fundingSourceId": source, "maximum": 100},
    }
    assert (await api.ask(stranger, PAY, input=given))["code"] == "UNKNOWN_FUNDING_SOURCE"
    assert (await pay(api, 100, "fnd_nonsense"))["code"] == "UNKNOWN_FUNDING_SOURCE"
    assert (await api.ask(stranger, REMOVE, input={"fundingSourceId": source}))["code"] == "UNKNOWN_FUNDING_SOURCE"
    assert (await api.ask(api.town.resident, REMOVE, input={"fundingSourceId": source}))["fundingSource"] == {
        "label": "•••• 4242"
    }
    assert (await pay(api, 100, source))["code"] == "UNKNOWN_FUNDING_SOURCE"
    [kept] = await rows("select token, label from funding_source where municipality_id = $1", api.town.id)
    assert (kept["token"], kept["label"]) == ("", "")
    for number in range(10):
        await link(api, f"tok_{number}")
    assert (await link(api, "tok_more"))["problem"] == "TOO_MANY_SOURCES"
    assert provider.calls == []


async def test_the_counter_does_not_hand_out_cash_for_a_card(api: Api):
    source = await card(api)
    await pay(api, 500, source)
    [charge] = await rows("select id from journal where municipality_id = $1 and kind = 1", api.town.id)
    from domain.identifiers import Prefix, encode

    for viewer in (api.town.desk, api.town.staff):
        assert (await cancel(api, encode(Prefix.JOURNAL, api.town.id, charge["id"]), viewer))["code"] == "NOT_PERMITTED"


async def test_the_client_of_a_provider_takes_no_nonsense(provider: PaymentProvider):
    wrong_key = HttpPaymentProvider(provider.address, "other")
    with pytest.raises(ProviderUnavailableError):
        await wrong_key.authorise(uuid4(), "tok", 1)

    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers.pop(0))
        writer.close()

    answers = [
        b"",
        b"HTTP/1.1 200 OK\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\n\r\n{",
        b'HTTP/1.1 500 No\r\n\r\n{"state":"APPROVED"}',
        b'HTTP/1.1 200 OK\r\n\r\n{"state":"?"}',
    ]
    server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    client = HttpPaymentProvider(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", KEY)
    while answers:
        with pytest.raises(ProviderUnavailableError):
            await client.authorise(uuid4(), "tok", 1)
    server.close()
    await server.wait_closed()
    with pytest.raises(ProviderUnavailableError):
        await client.void(uuid4())
    reference = uuid4()
    good = HttpPaymentProvider(provider.address, KEY)
    await good.void(reference)
    assert not await good.authorise(reference, "tok", 1), "voided before it arrived"
