"""Who becomes staff, by whom, and what ends with it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.database import rows
from domain.identifiers import Prefix, decode, encode
from domain.ledger.holders import people_of
from domain.viewer import Relation, Role, Viewer
from tests.support.api import Api
from tests.support.trail import trail


def key_of(person: str) -> UUID:
    _, _, key = decode(person)
    assert isinstance(key, UUID)
    return key


async def invite(api: Api, role: str = "FINANCE", key: str | None = None, name: str = "会計 四郎") -> Any:
    fields = {
        "idempotencyKey": key or str(uuid4()),
        "municipality": api.code,
        "role": role,
        "displayName": name,
        "reason": "NEW_DUTY",
    }
    return await api.ask(api.town.finance, "InviteStaff", input=fields)


async def end(api: Api, viewer: Viewer, person: str, role: str = "FINANCE") -> Any:
    fields = {"municipality": api.code, "personId": person, "role": role, "reason": "LEFT"}
    return await api.ask(viewer, "EndStaff", input=fields)


@pytest.mark.parametrize(
    ("role", "relation"), [("DESK", Relation.DESK), ("FINANCE", Relation.FINANCE), ("AUDITOR", Relation.AUDITOR)]
)
async def test_one_officer_invites_and_another_agrees(api: Api, role: str, relation: Relation):
    town, key = api.town, str(uuid4())
    holder = town.town.desk_id if relation is Relation.DESK else town.town.issuer_id
    waits = await invite(api, role, key)
    person = key_of(waits["personId"])
    assert person not in await people_of(town.id, holder, relation), "nobody has agreed yet"
    assert await trail(town.id, "begin_staff") == []
    again = await invite(api, role, key)
    assert (again["personId"], again["approval"]["id"]) == (waits["personId"], waits["approval"]["id"])
    assert (await invite(api, role, key, "別の名"))["code"] == "KEY_REUSED"
    assert (await api.approved(waits["approval"]["id"]))["approval"]["state"] == "APPROVED"
    assert person in await people_of(town.id, holder, relation)
    assert await trail(town.id, "begin_staff") == [(town.finance.person_id, "NEW_DUTY", None, {"role": role})]
    done = await invite(api, role, key)
    assert (done["personId"], done["approval"]) == (waits["personId"], None)
    assert len(await trail(town.id, "begin_staff")) == 1
    facts = {fact["name"]: fact["after"] for fact in waits["approval"]["facts"]}
    assert facts == {"personId": waits["personId"], "role": role, "reason": "NEW_DUTY"}


@pytest.mark.parametrize(
    "name", ["", "　", "あ" * 101, "会計\u202e四郎", "会計\n四郎"], ids=["empty", "blank", "long", "direction", "lines"]
)
async def test_a_name_that_cannot_be_shown_registers_nobody(api: Api, name: str):
    [before] = await rows("select count(*) from person")
    refused = await invite(api, name=name)
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", "displayName")
    assert refused["message"].startswith("氏名：")
    assert await rows("select count(*) from person") == [before]


async def test_whose_role_has_ended_may_nothing_and_their_proposals_are_stale(api: Api):
    town = api.town
    proposed = (await invite(api))["approval"]["id"]
    assert await api.ask(town.finance, "GrantThresholds", municipality=api.code) is not None
    ended = await end(api, town.other_finance, _person(town.finance))
    assert ended["personId"] == _person(town.finance)
    served, ended = ({"role": role, "holder": str(town.town.issuer_id)} for role in ("FINANCE", None))
    assert await trail(town.id, "end_staff") == [(town.other_finance.person_id, "LEFT", served, ended)]
    assert await api.failed(town.finance, "GrantThresholds", municipality=api.code) == "NOT_PERMITTED"
    stale = await api.ask(town.other_finance, "ApproveChange", input={"approvalId": proposed})
    assert (stale["code"], stale["reason"]) == ("APPROVAL_STALE", "PROPOSER_LEFT")
    assert (await end(api, town.other_finance, _person(town.finance)))["personId"] == _person(town.finance)
    assert len(await trail(town.id, "end_staff")) == 1, "again changes nothing"
    assert (await end(api, town.other_finance, _person(town.resident)))["code"] == "UNKNOWN_STAFF"
    assert (await end(api, town.other_finance, api.wallet()))["code"] == "UNKNOWN_STAFF"


def _person(viewer: Viewer) -> str:
    return encode(Prefix.PERSON, 0, viewer.person_id)


async def test_of_two_officers_who_end_each_other_one_stays(api: Api):
    town = api.town
    answers = await asyncio.gather(
        end(api, town.finance, _person(town.other_finance)), end(api, town.other_finance, _person(town.finance))
    )
    refused = [answer["code"] for answer in answers if "code" in answer]
    assert refused in (["LAST_OFFICER"], ["NOT_PERMITTED"])
    [last] = await people_of(town.id, town.town.issuer_id, Relation.FINANCE)
    officer = Viewer(last, frozenset({Role.FINANCE}))
    answer = await end(api, officer, _person(officer))
    assert answer["code"] == "LAST_OFFICER"
    assert answer["message"].startswith("会計担当者がほかにいない")
    assert await people_of(town.id, town.town.issuer_id, Relation.FINANCE) == [last]


async def test_store_staff_come_and_go(api: Api):
    town, key = api.town, str(uuid4())
    fields = {"idempotencyKey": key, "storeId": api.store(), "displayName": "店員 一郎", "reason": "NEW_DUTY"}
    hired = await api.ask(town.finance, "AddStoreStaff", input=fields)
    clerk = Viewer(key_of(hired["personId"]), frozenset({Role.MERCHANT_STAFF}))
    again = await api.ask(town.finance, "AddStoreStaff", input=fields)
    assert (hired["replayed"], again["replayed"], again["personId"]) == (False, True, hired["personId"])
    other, _ = await town.new_store()
    for changed in ({"displayName": "別の名"}, {"storeId": api.store(other)}):
        assert (await api.ask(town.finance, "AddStoreStaff", input=fields | changed))["code"] == "KEY_REUSED"
    assert (await api.ask(clerk, "StoreBalances", id=api.store()))["balances"] is not None
    assert (await api.ask(clerk, "StoreBalances", id=api.store(other)))["balances"] is None
    after = {"role": "STAFF", "holder": str(town.store)}
    assert await trail(town.id, "add_store_staff") == [(town.finance.person_id, "NEW_DUTY", None, after)]

    leaving = {"storeId": api.store(), "personId": hired["personId"], "reason": "LEFT"}
    assert (await api.ask(town.finance, "EndStoreStaff", input=leaving))["personId"] == hired["personId"]
    assert (await api.ask(clerk, "StoreBalances", id=api.store()))["balances"] is None
    assert await trail(town.id, "end_store_staff") == [(town.finance.person_id, "LEFT", after, {**after, "role": None})]
    elsewhere = {**leaving, "storeId": api.store(other)}
    assert (await api.ask(town.finance, "EndStoreStaff", input=elsewhere))["code"] == "UNKNOWN_STAFF"
    unknown = {**fields, "idempotencyKey": str(uuid4()), "storeId": api.store(uuid4())}
    assert (await api.ask(town.finance, "AddStoreStaff", input=unknown))["code"] == "UNKNOWN_PAYEE"


async def test_a_clerk_whose_service_ends_hears_no_more_within_a_second(api: Api):
    town = api.town
    with town.services.access.watch(town.staff.person_id) as changed:
        changed.clear()
        leaving = {"storeId": api.store(), "personId": _person(town.staff), "reason": "LEFT"}
        await api.ask(town.finance, "EndStoreStaff", input=leaving)
        await asyncio.wait_for(changed.wait(), 1)
