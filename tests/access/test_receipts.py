"""A receipt is shown for a role that one has: who acted in a role that ended is nobody to it any more."""

from uuid import uuid4

import pytest
from tortoise.connection import get_connection

from domain.viewer import Relation, Viewer
from tests.support.api import Api

REVOKE = """update holder_access set revoked_at = now()
  where municipality_id = $1 and person_id = $2 and relation = $3 and revoked_at is null returning 1"""


async def charged(api: Api, viewer: Viewer) -> str:
    sent = {
        "idempotencyKey": str(uuid4()),
        "wallet": {"walletId": api.wallet()},
        "assetId": api.coin,
        "amount": 1_000,
        "storeId": api.store() if viewer is api.town.staff else None,
    }
    receipt: str = (await api.ask(viewer, "Charge", input=sent))["charge"]["id"]
    return receipt


@pytest.mark.parametrize(("role", "relation"), [("staff", Relation.STAFF), ("desk", Relation.DESK)])
async def test_a_receipt_of_ones_own_doing_ends_with_the_role(api: Api, role: str, relation: Relation):
    viewer = getattr(api.town, role)
    receipt = await charged(api, viewer)
    assert (await api.ask(viewer, "Receipt", id=receipt))["id"] == receipt
    ended = await get_connection("default").execute_query_dict(REVOKE, [api.town.id, viewer.person_id, relation])
    assert len(ended) == 1
    assert await api.ask(viewer, "Receipt", id=receipt) is None
    assert await api.ask(viewer, "Node", id=receipt) is None
    assert (await api.ask(api.town.resident, "Receipt", id=receipt))["id"] == receipt
    assert (await api.ask(api.town.finance, "Receipt", id=receipt))["id"] == receipt


async def test_a_token_without_the_role_shows_no_receipt_of_it(api: Api):
    receipt = await charged(api, api.town.staff)
    other = Viewer(api.town.staff.person_id, frozenset(api.town.resident.roles))
    assert await api.ask(other, "Receipt", id=receipt) is None
