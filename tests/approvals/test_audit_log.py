"""The audit log: what officers and auditors read of what staff did."""

import ast
import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from api.audit_log import defused, write
from domain.approvals.log import prefix_of
from domain.database import rows
from domain.identifiers import Prefix, encode
from domain.viewer import Viewer
from tests.support.api import Api
from tests.support.clock import MovableClock
from tests.support.lifecycle import cancel, charged
from tests.support.town import new_town

FOLLOWED = "query($m: String!, $s: ID) { auditLog(municipality: $m, subject: $s) { edges { node { action subject { id } } } } }"


async def log(api: Api, viewer: Viewer | None = None, **facts: Any) -> list[dict[str, Any]]:
    page = await api.ask(viewer or api.town.auditor, "AuditLog", **{"municipality": api.code, "first": 50, **facts})
    return [edge["node"] for edge in page["edges"]]


def because(viewer: Viewer, reason: str) -> Viewer:
    return replace(viewer, reason=reason)


async def classified(api: Api, area: str, viewer: Viewer | None = None) -> None:
    classes = {"storeId": api.store(), "storeGroup": "", "sizeClass": "SMALL", "area": area}
    assert "store" in await api.ask(viewer or api.town.desk, "ClassifyStore", input=classes)


async def test_a_grant_is_told_with_who_why_and_the_balances(api: Api):
    programme = await api.programme(await api.asset("POINT"), 1_000)
    await api.grant(programme, 40)
    grant = {"programmeId": programme, "walletId": api.wallet(), "amount": 60, "idempotencyKey": str(uuid4())}
    assert "grant" in await api.ask(because(api.town.desk, "=窓口で申請"), "GrantValue", input=grant)
    newest = (await log(api, action="grant_value"))[0]
    asset = next(a["id"] for a in await api.ask(None, "Assets", municipality=api.code) if a["code"] == "POINT")
    values = {change["field"]: (change["before"], change["after"]) for change in newest["changes"]}
    assert (newest["actorId"], newest["roles"]) == (encode(Prefix.PERSON, 0, api.town.desk.person_id), ["DESK"])
    assert (newest["subjectId"], newest["reason"], newest["note"]) == (api.wallet(), None, "=窓口で申請")
    assert values[f"balances.{api.wallet()}.{asset}"] == ("40", "100")
    assert values[f"balances.{programme}.{asset}"] == ("960", "900")
    [followed] = (await api.ask(api.town.auditor, FOLLOWED, m=api.code, s=programme))["edges"][-1:]
    assert followed["node"]["subject"] == {"id": programme}
    file = io.StringIO()
    assert await write(file, api.town.id, None, None) == len(await log(api))
    [title, *lines] = list(csv.reader(io.StringIO(file.getvalue())))
    [line] = [line for line in lines if "窓口で申請" in str(line)]
    assert dict(zip(title, line, strict=True))["note"] == "'=窓口で申請", "no spreadsheet runs it"
    assert f"balances.{api.wallet()}.{asset}: 40 to 100" in line[-1]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1"])
def test_what_looks_like_a_formula_is_defused(cell: str):
    assert defused(cell) == "'" + cell
    assert defused("a=1") == "a=1"


async def test_pages_are_newest_first_and_leave_nothing_out(api: Api, moved: MovableClock):
    for number in range(7):
        await classified(api, f"a{number}")
        if number == 3:
            moved.forward(timedelta(seconds=1))
    page, seen, after = {"pageInfo": {"hasNextPage": True}}, [], None
    while page["pageInfo"]["hasNextPage"]:
        page = await api.ask(api.town.auditor, "AuditLog", municipality=api.code, first=2, after=after)
        seen += [edge["node"]["changes"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
    areas = [change["after"] for changes in seen for change in changes if change["field"] == "area"]
    assert areas == [f"a{number}" for number in reversed(range(7))]
    for wrong in ("x", "0", "9223372036854775808", "9999999999999999999", "99999999999999999999", "１"):
        variables = {"municipality": api.code, "after": wrong}
        assert await api.failed(api.town.auditor, "AuditLog", **variables) == "BAD_USER_INPUT"


async def test_it_is_filtered_by_person_act_subject_and_time(api: Api, moved: MovableClock):
    await classified(api, "a")
    moved.forward(timedelta(minutes=1))
    middle = api.services.clock()
    await classified(api, "b", api.town.finance)
    other, _ = await api.town.new_store()
    store = {"storeId": api.store(other), "storeGroup": "", "sizeClass": "SMALL", "area": "c"}
    assert "store" in await api.ask(api.town.desk, "ClassifyStore", input=store)

    def areas(nodes: list[dict[str, Any]]) -> list[str]:
        return [change["after"] for node in nodes for change in node["changes"] if change["field"] == "area"]

    desk = encode(Prefix.PERSON, 0, api.town.desk.person_id)
    assert areas(await log(api, actor=desk)) == ["c", "a"]
    assert areas(await log(api, subject=api.store())) == ["b", "a"]
    assert areas(await log(api, to=middle.isoformat())) == ["a"]
    assert areas(await log(api, **{"from": middle.isoformat()})) == ["c", "b"]
    assert await log(api, action="charge") == []
    for nothing in ({"actor": api.store()}, {"subject": "str_x"}, {"subject": encode(Prefix.STORE, 1, other)}):
        assert await log(api, **nothing) == []


async def test_a_proposal_is_found_with_what_became_of_it(api: Api):
    journal = (await api.charge(100))["charge"]["id"]
    reversal = {"journalId": journal, "reason": "WRONG_AMOUNT"}
    approval = (await api.ask(api.town.finance, "ProposeReversal", input=reversal))["approval"]["id"]
    approve = {"approvalId": approval, "idempotencyKey": str(uuid4())}
    assert "reversal" in await api.ask(api.town.other_finance, "ReverseJournal", input=approve)
    entries = await log(api, subject=approval)
    assert [entry["action"] for entry in entries] == ["reverse_journal", "approve_reversal", "propose_reversal"]
    assert [entry["subjectId"] for entry in entries[1:]] == [approval, approval]
    assert entries[0]["reason"] == "WRONG_AMOUNT"


async def test_only_finance_officers_and_auditors_of_the_town_read_it(api: Api):
    await classified(api, "a")
    other = await new_town(api.services)
    assert len(await log(api, api.town.finance)) == len(await log(api)) == 1
    for viewer in (api.town.desk, api.town.staff, api.town.resident, other.auditor, other.finance):
        assert await api.failed(viewer, "AuditLog", municipality=api.code) == "NOT_PERMITTED"
    assert await api.failed(None, "AuditLog", municipality=api.code) == "UNAUTHENTICATED"


async def test_a_reason_that_was_erased_leaves_its_entry(api: Api):
    await classified(api, "a", because(api.town.desk, "山田様のお申し出"))
    assert (await log(api))[0]["note"] == "山田様のお申し出"
    await rows("delete from audit_note where municipality_id = $1 returning 1", api.town.id)
    [entry] = await log(api)
    assert (entry["note"], entry["action"]) == (None, "classify_store")


ABOUT: dict[str, Prefix | None] = {
    "add_earning_rule": Prefix.EARNING_RULE,
    "add_store_staff": Prefix.PERSON,
    "allocate_budget": Prefix.PROGRAMME,
    "begin_staff": Prefix.PERSON,
    "cancel_bulk_grant": Prefix.BULK_GRANT,
    "cancel_charge": Prefix.JOURNAL,
    "change_asset": Prefix.ASSET,
    "change_budget": Prefix.PROGRAMME,
    "change_coupon": Prefix.COUPON,
    "change_programme": Prefix.PROGRAMME,
    "charge": Prefix.WALLET,
    "check_bulk_grant": Prefix.UPLOAD,
    "claim_coupon": Prefix.WALLET,
    "classify_store": Prefix.STORE,
    "close_voucher_product": Prefix.VOUCHER_PRODUCT,
    "create_asset": Prefix.ASSET,
    "create_coupon": Prefix.COUPON,
    "create_programme": Prefix.PROGRAMME,
    "create_upload": Prefix.UPLOAD,
    "create_voucher_product": Prefix.VOUCHER_PRODUCT,
    "end_staff": Prefix.PERSON,
    "end_store_staff": Prefix.PERSON,
    "freeze_wallet": Prefix.WALLET,
    "grant_value": Prefix.WALLET,
    "issue_token": Prefix.PERSON,
    "open_store": Prefix.STORE,
    "open_wallet": Prefix.WALLET,
    "pause_bulk_grant": Prefix.BULK_GRANT,
    "publish_voucher_product": Prefix.VOUCHER_PRODUCT,
    "record_claim": Prefix.PERSON,
    "redeem": Prefix.WALLET,
    "refund_payment": Prefix.PAYMENT,
    "renew_receive_code": Prefix.WALLET,
    "resume_bulk_grant": Prefix.BULK_GRANT,
    "resume_store": Prefix.STORE,
    "reverse_journal": Prefix.JOURNAL,
    "rollback_redemption": Prefix.JOURNAL,
    "run_bulk_grant": Prefix.BULK_GRANT,
    "sell_voucher": Prefix.WALLET,
    "set_charge_cancellation": Prefix.MUNICIPALITY,
    "set_conversion_rate": None,
    "set_grant_thresholds": Prefix.MUNICIPALITY,
    "start_bulk_grant": Prefix.BULK_GRANT,
    "stop_earning_rule": Prefix.EARNING_RULE,
    "suspend_store": Prefix.STORE,
    "undo_bulk_grant": Prefix.BULK_GRANT,
    "unfreeze_wallet": Prefix.WALLET,
}
"""What every act is about; None: it has no id in the contract."""
FORWARDED = {"_set": 5, "_change": 5}
"""Functions that record the act that they are given, and its place among their arguments."""


def test_every_act_of_the_log_says_what_it_is_about():
    acts = {act for file in Path("domain").rglob("*.py") for act in acts_of(ast.parse(file.read_text()))}
    assert acts == set(ABOUT)
    assert {action: prefix_of(action) for action in ABOUT} == ABOUT


def acts_of(tree: ast.Module) -> Iterator[str]:
    """The names of acts that a file records, also by way of a local function; those of proposals are put together."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    named = [(call, call.func.id) for call in calls if isinstance(call.func, ast.Name)]
    records = any(name == "record" for _, name in named)
    for call, name in named:
        place = 2 if name == "record" else FORWARDED.get(name) if records else None
        if place is not None and len(call.args) > place:
            yield from texts(call.args[place])
    if records:
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["action"]:
                yield from texts(node.value)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from acts_of_requests(function, tree)


def acts_of_requests(function: ast.FunctionDef | ast.AsyncFunctionDef, file: ast.Module) -> Iterator[str]:
    """What the ledger records: the name that an act has, or that of its request's operation."""
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Act":
            own = [keyword.value for keyword in call.keywords if keyword.arg == "action"]
            if own:
                yield from texts(own[0])
            else:
                yield from operations_of(function) or operations_of(file)


def operations_of(tree: ast.AST) -> list[str]:
    used = [node.value for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "operation"]
    return [ast.unparse(operation).removeprefix("Operation.").lower() for operation in used]


def texts(value: ast.expr) -> Iterator[str]:
    options = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
    for option in options:
        if isinstance(option, ast.Constant) and isinstance(option.value, str):
            yield option.value


async def test_a_cancelled_charge_is_told_as_its_journal(api: Api):
    charge = await charged(api, 100)
    await cancel(api, charge["id"])
    [entry] = await log(api, action="cancel_charge")
    assert entry["subjectId"] == charge["id"]
