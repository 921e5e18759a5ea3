"""A receipt is shown for a role that one has: who acted in a role that ended is nobody to it any more."""

from uuid import UUID, uuid4

import pytest
from tortoise.connection import get_connection

from domain.identifiers import decode
from domain.viewer import Relation, Role, Viewer
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


async def test_the_outcome_of_a_key_shows_no_receipt_of_a_role_that_ended(api: Api):
    """A clerk refunds, leaves the shop, and asks as the resident that they are what became of their key."""
    town, key = api.town, str(uuid4())
    await api.charge(500)
    payment = (await api.pay(300))["payment"]["id"]
    new = {"idempotencyKey": str(uuid4()), "storeId": api.store(), "displayName": "店員 一郎", "reason": "NEW_DUTY"}
    hired = (await api.ask(town.finance, "AddStoreStaff", input=new))["personId"]
    decoded = decode(hired)
    assert isinstance(decoded[2], UUID)
    clerk = Viewer(decoded[2], frozenset({Role.MERCHANT_STAFF, Role.RESIDENT}))
    refund = {"idempotencyKey": key, "paymentId": payment, "amount": 100, "reason": "RETURNED_GOODS"}
    refunded = (await api.ask(clerk, "RefundPayment", input=refund))["refund"]["id"]
    question = {"operation": "REFUND_PAYMENT", "idempotencyKey": key}
    assert (await api.ask(clerk, "Outcome", **question))["receipt"]["id"] == refunded
    leaving = {"storeId": api.store(), "personId": hired, "reason": "LEFT"}
    assert (await api.ask(town.finance, "EndStoreStaff", input=leaving))["personId"] == hired
    for viewer in (clerk, Viewer(clerk.person_id, frozenset({Role.RESIDENT}))):
        ended = {"state": "SETTLED", "receipt": None, "refusal": None}
        assert await api.ask(viewer, "Outcome", **question) == ended
        closed = (await api.abandon("REFUND_PAYMENT", key, viewer))["outcome"]
        assert (closed["state"], closed["receipt"]) == ("SETTLED", None)
