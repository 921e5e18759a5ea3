"""Wallets that the desk opens, and that staff freeze and release."""

from datetime import timedelta
from uuid import UUID, uuid4

from domain.database import rows
from domain.identifiers import decode
from domain.payments.hold import Authorize, HoldParties, authorize, capture
from domain.viewer import Role, Viewer
from tests.support.api import Api
from tests.support.trail import trail


async def test_the_desk_opens_one_wallet_by_a_key(api: Api):
    fields = {"idempotencyKey": str(uuid4()), "municipality": api.code, "displayName": " 新田　新 "}
    opened = await api.ask(api.town.desk, "OpenWallet", input=fields)
    again = await api.ask(api.town.desk, "OpenWallet", input=fields)
    assert again == {**opened, "replayed": True}
    assert (await api.ask(api.town.desk, "OpenWallet", input={**fields, "displayName": "別"}))["code"] == "KEY_REUSED"
    _, _, person = decode(opened["personId"])
    assert isinstance(person, UUID)
    owner = Viewer(person, frozenset({Role.RESIDENT}))
    assert (await api.ask(owner, "Wallet", id=opened["wallet"]["id"]))["balances"] == []
    assert await rows("select name from person_name where person_id = $1", person) == [{"name": "新田　新"}]
    [(actor, reason, before, after)] = await trail(api.town.id, "open_wallet")
    assert (actor, reason, before, after) == (api.town.desk.person_id, "", None, {"person": str(person)})
    charged = {"wallet": {"code": opened["wallet"]["receiveCode"]}, "assetId": api.coin, "amount": 100}
    assert "charge" in await api.ask(api.town.desk, "Charge", input={"idempotencyKey": str(uuid4()), **charged})
    await api.town.assert_sound()


async def test_a_frozen_wallet_pays_nothing_until_two_officers_release_it(api: Api):
    town = api.town
    await api.charge(1_000)
    payment = (await api.pay(300))["payment"]["id"]
    hold = Authorize(uuid4(), uuid4(), town.id, town.wallet, town.store, 200, api.services.clock() + timedelta(days=1))
    await authorize(api.services, town.resident, hold)
    stopped = {"input": {"walletId": api.wallet(), "reason": "LOST_DEVICE"}}
    for _ in range(2):
        assert (await api.ask(town.desk, "FreezeWallet", **stopped))["wallet"]["frozen"]
    assert await trail(api.town.id, "freeze_wallet") == [
        (town.desk.person_id, "LOST_DEVICE", {"frozen": False}, {"frozen": True})
    ]
    before = await town.balance()
    assert (await api.pay(1))["code"] == "WALLET_FROZEN"
    assert (await api.charge(1))["code"] == "WALLET_FROZEN"
    assert await town.balance() == before
    assert "refund" in await api.refund(payment, 100), "a refund still comes back"
    parties = HoldParties(town.id, hold.id, town.wallet, town.store)
    assert (await capture(api.services, town.staff, parties, uuid4(), 200)).receipt.amount == 200

    back = {"input": {"walletId": api.wallet(), "reason": "CLEARED"}}
    assert (await api.ask(town.desk, "UnfreezeWallet", **back))["code"] == "NOT_PERMITTED"
    waits = await api.ask(town.finance, "UnfreezeWallet", **back)
    assert (waits["wallet"], waits["approval"]["kind"]) == (None, "WALLET_RELEASE")
    assert (await api.pay(1))["code"] == "WALLET_FROZEN"
    again = await api.ask(town.finance, "UnfreezeWallet", **back)
    assert again["approval"]["id"] == waits["approval"]["id"], "the same request is one proposal"
    assert (await api.approved(waits["approval"]["id"], town.finance))["approval"]["appliedAt"] is not None
    assert await trail(api.town.id, "unfreeze_wallet") == [
        (town.finance.person_id, "CLEARED", {"frozen": True}, {"frozen": False})
    ]
    assert "payment" in await api.pay(1)
    assert (await api.ask(town.finance, "UnfreezeWallet", **back))["wallet"] is not None, "there is nothing to release"
    await town.assert_sound()


async def test_nobody_freezes_what_is_not_there(api: Api):
    for wallet in (api.wallet(uuid4()), api.store()):
        fields = {"walletId": wallet, "reason": "OTHER"}
        assert (await api.ask(api.town.desk, "FreezeWallet", input=fields))["code"] == "UNKNOWN_WALLET"
        assert (await api.ask(api.town.finance, "UnfreezeWallet", input=fields))["code"] == "UNKNOWN_WALLET"
    assert await trail(api.town.id, "freeze_wallet") == []


async def test_a_release_is_of_the_freeze_that_was_known(api: Api):
    """A wallet that is frozen meanwhile by an order of the law is not released by an older proposal."""
    town = api.town
    freeze = {"walletId": api.wallet(), "reason": "LOST_DEVICE"}
    await api.ask(town.desk, "FreezeWallet", input=freeze)
    back = {"input": {"walletId": api.wallet(), "reason": "CLEARED"}}
    waits = await api.ask(town.finance, "UnfreezeWallet", **back)
    await api.ask(town.desk, "FreezeWallet", input={**freeze, "reason": "LEGAL_ORDER"})
    assert [reason for _, reason, _, _ in await trail(town.id, "freeze_wallet")] == ["LOST_DEVICE", "LEGAL_ORDER"]
    stale = await api.approved(waits["approval"]["id"], town.finance)
    assert (stale["code"], stale["reason"]) == ("APPROVAL_STALE", "SUBJECT_CHANGED")
    assert (await api.ask(town.desk, "Wallet", id=api.wallet()))["frozen"]
