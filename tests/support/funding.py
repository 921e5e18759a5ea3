"""Funding sources of a wallet, and payments that they top up."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from adapters.payment_provider import HttpPaymentProvider
from domain.database import rows
from domain.viewer import Viewer
from mocks.payment_provider import KEY, PaymentProvider
from tests.support.api import Api
from tests.support.town import People

CARD = "tok_card"


def with_provider(town: People, provider: PaymentProvider) -> People:
    """A town whose process knows a provider."""
    return replace(town, services=replace(town.services, funding=HttpPaymentProvider(provider.address, KEY)))


async def link(api: Api, token: str = CARD, viewer: Viewer | None = None, **facts: Any) -> Any:
    """The answer to linking a card for the coin."""
    fields = {"walletId": api.wallet(), "assetId": api.coin, "token": token, "label": "•••• 4242", **facts}
    return await api.ask(viewer or api.town.resident, "LinkFundingSource", input=fields)


async def linked(api: Api, token: str = CARD) -> str:
    """The id of a linked card."""
    return (await link(api, token))["fundingSource"]["id"]


async def pay_with(api: Api, amount: int, source: str, maximum: int = 50_000, **facts: Any) -> Any:
    """The answer to a payment that takes what the wallet lacks from a funding source."""
    fields = {
        "idempotencyKey": str(uuid4()),
        "walletId": api.wallet(),
        "payee": {"storeId": api.store()},
        "amount": amount,
        "confirmDuplicate": True,
        "topUp": {"fundingSourceId": source, "maximum": maximum},
        **facts,
    }
    return await api.ask(api.town.resident, "Pay", input=fields)


async def states(api: Api) -> list[int]:
    """The states of the town's top-ups, in their order."""
    authorisations = await rows(
        "select state from provider_authorisation where municipality_id = $1 order by opened_at", api.town.id
    )
    return [authorisation["state"] for authorisation in authorisations]
