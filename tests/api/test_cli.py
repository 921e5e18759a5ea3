"""The command line against a served instance: a new town without a restart, the audit, and mistakes in one line."""

import asyncio
import csv
import io
import json
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from api.keys import Keys
from api.tokens import Tokens
from domain.identifiers import Prefix, encode
from domain.viewer import Role
from tests.support.api import picked
from tests.support.apps import ask, first_person, personas
from tests.support.eventually import eventually
from tests.support.newcomers import newcomers
from tests.support.served import ROOT


@pytest.fixture(scope="module")
def settings(address: str, scratch: Path) -> dict[str, str]:
    """What the supervisor gives the programs of the served instance."""
    return dict(line.split("=", 1) for line in (scratch / "api" / "data" / "run.env").read_text().splitlines())


def meguru(settings: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *arguments],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def lines_of_audit_log(settings: dict[str, str], *arguments: str) -> list[dict[str, str]]:
    """What is on standard output, all of which is CSV."""
    done = meguru({**settings, "MEGURU_LOG_LEVEL": "debug"}, "audit-log", *arguments)
    assert done.returncode == 0, done.stderr
    lines = list(csv.DictReader(io.StringIO(done.stdout), strict=True))
    assert all(None not in line and None not in line.values() for line in lines), "as many cells as titles"
    assert f"{len(lines)} acts." in done.stderr
    return lines


def create(settings: dict[str, str], code: str, *more: str) -> "subprocess.CompletedProcess[str]":
    return meguru(settings, "municipalities", "create", "--code", code, *more)


def without(settings: dict[str, str], name: str) -> dict[str, str]:
    return {known: value for known, value in settings.items() if known != name}


def assert_one_line(done: "subprocess.CompletedProcess[str]", *parts: str) -> None:
    """A mistake of the caller: exit code 2, nothing on stdout, one line that says what to do."""
    assert (done.returncode, done.stdout) == (2, ""), done
    [line] = done.stderr.splitlines()
    assert "Traceback" not in line
    for part in parts:
        assert part in line


def assert_takes_money(address: str, settings: dict[str, str], code: str, name: str) -> None:
    """People move in, one is charged 1,000 and pays 400, all at the running server, at the first try."""
    people = newcomers(settings, code)
    tokens = Tokens(Keys(Path(settings["MEGURU_KEYS_FOLDER"])))

    def token(role: Role) -> str:
        return tokens.issue(UUID(people[role]), frozenset({role}), 60)

    charge = {
        "idempotencyKey": str(uuid4()),
        "wallet": {"walletId": people["walletId"]},
        "assetId": people["assetId"],
        "amount": 1_000,
    }
    assert "charge" in ask(address, "Charge", token(Role.DESK), input=charge)
    pay = {
        "idempotencyKey": str(uuid4()),
        "walletId": people["walletId"],
        "payee": {"storeId": people["storeId"]},
        "amount": 400,
    }
    assert "payment" in ask(address, "Pay", token(Role.RESIDENT), input=pay)
    wallet = ask(address, "Wallet", token(Role.RESIDENT), id=people["walletId"])
    assert picked(wallet, "municipality.name", "balances.posted") == {
        "municipality": {"name": name},
        "balances": [{"posted": 600}],
    }
    trial = ask(address, "TrialBalance", token(Role.FINANCE), municipality=code)
    assert trial["balanced"]
    assert {(line["accountKind"], line["posted"]) for line in trial["lines"]} >= {("WALLET", 600), ("PAYABLE", 400)}


def test_a_new_town_takes_a_charge_and_a_payment_at_the_running_server(address: str, settings: dict[str, str]):
    created = create(settings, "012025")
    assert created.returncode == 0, created.stderr
    [number] = re.fullmatch(r"012025 函館市: made, number (\d+)\.\n", created.stdout).groups()
    again = create(settings, "012025", "--name", "別の名")
    assert (again.returncode, again.stdout) == (0, f"012025 函館市: was there, number {number}.\n")
    assert_takes_money(address, settings, "012025", "函館市")


def test_a_new_town_begins_with_the_thresholds_of_its_command(address: str, settings: dict[str, str]):
    limits = ("--grant-threshold", "5000", "--file-threshold", "60000", "--budget-threshold", "700000")
    assert create(settings, "012068", *limits).returncode == 0
    assert create(settings, "012068", "--grant-threshold", "9999999").returncode == 0
    officer = newcomers(settings, "012068")[Role.FINANCE]
    token = Tokens(Keys(Path(settings["MEGURU_KEYS_FOLDER"]))).issue(UUID(officer), frozenset({Role.FINANCE}), 60)
    known = ask(address, "GrantThresholds", token, municipality="012068")
    assert picked(known, "single", "file", "budget") == {"single": 5_000, "file": 60_000, "budget": 700_000}, (
        "a town that is there keeps its own"
    )


def test_a_town_that_somebody_asked_for_before_it_was_made_takes_money_at_once_too(
    address: str, settings: dict[str, str]
):
    """A server that remembers that there was nothing must not keep a new town waiting."""
    created = create(settings, "012033")
    number = int(re.search(r"number (\d+)", created.stdout)[1]) + 1
    resident = first_person(personas(address), "RESIDENT")
    wallet, store = encode(Prefix.WALLET, number, uuid4()), encode(Prefix.STORE, number, uuid4())
    early = {"idempotencyKey": str(uuid4()), "walletId": wallet, "payee": {"storeId": store}, "amount": 400}
    assert "payment" not in ask(address, "Pay", resident["token"], input=early)
    name = "小樽の次"
    created = create(settings, "012041", "--name", name)
    assert created.stdout == f"012041 {name}: made, number {number}.\n"
    assert_takes_money(address, settings, "012041", name)


def test_the_same_town_made_twice_at_once_is_made_once(settings: dict[str, str]):
    command = [sys.executable, "-m", "api.cli", "municipalities", "create", "--code", "012050"]
    both = [
        subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert len({re.search(r"number \d+", out)[0] for out, _ in said}) == 1
    assert sorted(re.search(r": ([a-z ]+),", out)[1] for out, _ in said) == ["made", "was there"]


@pytest.mark.parametrize("code", ["012024", "０１２０２５", ""])
def test_a_code_that_is_none_is_refused_in_one_line(settings: dict[str, str], code: str):
    assert_one_line(create(settings, code), "is not a municipality code of 6 digits", code)


async def test_the_audit_passes_a_sound_ledger_and_not_one_that_was_tampered_with(settings: dict[str, str]):
    owner = await asyncpg.connect(settings["MEGURU_OWNER_DATABASE_URL"])
    finished = "select last_finished_at from job where name = 'audit_drift'"
    await eventually(
        lambda: owner.fetchval(finished), 30
    )  # the push process's own audit, which is not to see what follows
    sound = await asyncio.to_thread(meguru, settings, "audit")
    assert sound.returncode == 0, sound.stdout + sound.stderr
    for town in await owner.fetch("select name from municipality"):
        assert re.search(rf"{town['name']}.* 0 .* 0 ", sound.stdout), sound.stdout
    account = await owner.fetchrow(
        "select municipality_id, id, posted from account where kind = 1 and posted > 0 order by 1, 2 limit 1"
    )
    tamper = "update account set posted = posted + $3 where municipality_id = $1 and id = $2"
    await owner.execute(tamper, account["municipality_id"], account["id"], 1)
    try:
        tampered = await asyncio.to_thread(meguru, settings, "audit")
    finally:
        await owner.execute(tamper, account["municipality_id"], account["id"], -1)
        await owner.close()
    assert tampered.returncode == 1, tampered.stdout + tampered.stderr
    said = " ".join(tampered.stdout.split())
    assert f"account_balance {account['id']}: stored {account['posted'] + 1}, entries say {account['posted']}" in said
    assert "Traceback" not in tampered.stderr
    assert (await asyncio.to_thread(meguru, settings, "audit")).returncode == 0


def test_migrating_again_changes_nothing_and_tells_no_password(settings: dict[str, str]):
    url = settings["MEGURU_OWNER_DATABASE_URL"].replace("meguru@", "meguru:a-secret@")
    done = meguru({**settings, "MEGURU_OWNER_DATABASE_URL": url}, "migrate")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("/meguru has the newest schema.\n")
    assert "a-secret" not in done.stdout + done.stderr


def test_without_its_settings_a_command_says_which_in_one_line(settings: dict[str, str]):
    assert_one_line(meguru(without(settings, "MEGURU_OWNER_DATABASE_URL"), "migrate"), "MEGURU_OWNER_DATABASE_URL")
    nowhere = without(settings, "MEGURU_DATABASE_URL")
    for arguments in (["audit"], ["municipalities", "create", "--code", "012025"], ["serve"]):
        assert_one_line(meguru(nowhere, *arguments), "MEGURU_DATABASE_URL")


FAILS_FOR_ONE = """
import structlog
from api.command import run_or_fail, services_of_settings
async def run():
    async with services_of_settings():
        holder = chr(83) + "ato Hanako"
        try:
            raise ValueError(holder)
        except ValueError as error:
            structlog.get_logger().error("run.failed_for_one", exc_info=error)
        print("the answer")
run_or_fail(run())
"""


def test_a_fault_in_a_command_is_a_line_on_standard_error_without_what_its_frames_hold(settings: dict[str, str]):
    """The command goes on, as `expire` does for a wallet that fails: standard output has its answer and no more."""
    done = subprocess.run(
        [sys.executable, "-c", FAILS_FOR_ONE],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "the answer\n"), done.stderr
    [fault] = [line for line in map(json.loads, done.stderr.splitlines()) if line["event"] == "run.failed_for_one"]
    assert fault["exception"][0]["exc_type"] == "ValueError"
    assert "Sato Hanako" not in done.stderr


def test_the_audit_log_on_standard_output_is_csv_and_its_days_are_those_of_japan(settings: dict[str, str]):
    assert create(settings, "012092").returncode == 0
    officer = ("--municipality", "012092", "--role", "finance", "--name", "佐藤")
    assert meguru(settings, "staff", "invite", *officer).returncode == 0
    everything = lines_of_audit_log(settings, "--municipality", "012092")
    assert {line["action"] for line in everything} >= {"issue_token"}
    days = sorted({date.fromisoformat(line["time"][:10]) for line in everything})
    first, last, next_day = days[0], days[-1], timedelta(days=1)
    assert {line["time"][-6:] for line in everything} == {"+09:00"}
    within = ("--municipality", "012092", "--from", str(first), "--to", str(last))
    assert lines_of_audit_log(settings, *within) == everything
    assert lines_of_audit_log(settings, "--municipality", "012092", "--from", str(last + next_day)) == []
    assert lines_of_audit_log(settings, "--municipality", "012092", "--to", str(first - next_day)) == []
