"""Who may link a card to a wallet, see it, pay with it and remove it."""

from typing import Any
from uuid import uuid4

import pytest

from domain.database import rows
from mocks.payment_provider import PaymentProvider
from tests.support.api import Api, picked
from tests.support.funding import link, linked, pay_with, with_provider
from tests.support.town import People, new_town

CARD_AS_SHOWN = "•••• 4242"


@pytest.fixture
def api(town: People, provider: PaymentProvider) -> Api:
    """A town whose process knows a provider."""
    return Api(with_provider(town, provider))


async def test_who_may_link(api: Api, provider: PaymentProvider):
    funding_source = (await link(api))["fundingSource"]
    assert picked(funding_source["asset"], "code") == {"code": "COIN"}
    assert await linked(api) == funding_source["id"], "the same token is the same source"
    stranger, _ = await api.town.new_resident()
    other = await new_town(api.services)
    assert (await link(api, viewer=stranger))["code"] == "UNKNOWN_WALLET"
    assert (await link(api, viewer=api.town.desk))["code"] == "NOT_PERMITTED"
    assert (await link(api, assetId=await api.asset("POINT")))["code"] == "UNKNOWN_ASSET"
    assert (await link(api, assetId=Api(other).coin))["code"] == "UNKNOWN_ASSET"
    assert provider.calls == []


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"token": " "}, "token"),
        ({"token": "x" * 201}, "token"),
        ({"label": ""}, "label"),
        ({"label": "a\nb"}, "label"),
    ],
)
async def test_wrong_tokens_and_labels_name_their_field(api: Api, facts: dict[str, Any], field: str):
    refused = await link(api, **facts)
    assert (refused["field"], refused["problem"]) == (field, "LENGTH")


async def test_who_may_see_it(api: Api):
    source = await linked(api)
    stranger, _ = await api.town.new_resident()
    other = await new_town(api.services)
    assert await api.ask(stranger, "FundingSources", walletId=api.wallet()) == []
    listed = await api.ask(api.town.resident, "FundingSources", walletId=api.wallet())
    assert picked(listed, "id", "label") == [{"id": source, "label": CARD_AS_SHOWN}]
    node = await api.ask(api.town.resident, "FundingSource", id=source)
    assert picked(node, "id", "label", "asset.code") == {
        "id": source,
        "label": CARD_AS_SHOWN,
        "asset": {"code": "COIN"},
    }
    for viewer in (stranger, api.town.desk, api.town.finance, other.finance):
        assert await api.ask(viewer, "FundingSource", id=source) is None


async def test_who_may_use_and_remove_it(api: Api, provider: PaymentProvider):
    source = await linked(api)
    stranger, theirs = await api.town.new_resident()
    payment = {
        "idempotencyKey": str(uuid4()),
        "walletId": api.wallet(theirs),
        "payee": {"storeId": api.store()},
        "amount": 100,
        "topUp": {"fundingSourceId": source, "maximum": 100},
    }
    assert (await api.ask(stranger, "Pay", input=payment))["code"] == "UNKNOWN_FUNDING_SOURCE"
    assert (await pay_with(api, 100, "fnd_nonsense"))["code"] == "UNKNOWN_FUNDING_SOURCE"
    refused = await api.ask(stranger, "RemoveFundingSource", input={"fundingSourceId": source})
    assert refused["code"] == "UNKNOWN_FUNDING_SOURCE"
    removed = await api.ask(api.town.resident, "RemoveFundingSource", input={"fundingSourceId": source})
    assert picked(removed["fundingSource"], "label") == {"label": CARD_AS_SHOWN}
    assert (await pay_with(api, 100, source))["code"] == "UNKNOWN_FUNDING_SOURCE"
    [row] = await rows("select token, label from funding_source where municipality_id = $1", api.town.id)
    assert (row["token"], row["label"]) == ("", "")
    assert provider.calls == []


async def test_a_wallet_has_ten_at_most_and_a_removed_one_does_not_count(api: Api):
    removed = await linked(api)
    await api.ask(api.town.resident, "RemoveFundingSource", input={"fundingSourceId": removed})
    for number in range(10):
        assert "fundingSource" in await link(api, f"tok_{number}")
    assert (await link(api, "tok_more"))["problem"] == "TOO_MANY_SOURCES"
