"""What municipal staff ask, over HTTP: the trial balance, the drift report and the jobs.

And everybody else who asks for them.
"""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from api.keys import Keys
from api.tokens import Tokens
from domain.jobs.schedule import JOBS
from domain.viewer import Role
from tests.support.apps import Persona, answered, body, first_person, headers, personas
from tests.support.eventually import eventually

OF_A_TOWN = ("TrialBalance", "DriftReport")
STAFF = ("DESK", "FINANCE", "AUDITOR")
OTHERS = ("RESIDENT", "MERCHANT_STAFF")

Ask = Callable[..., dict]


@pytest.fixture(scope="module")
def people(address: str) -> list[Persona]:
    return personas(address)


@pytest.fixture(scope="module")
def towns(people: list[Persona]) -> list[str]:
    """The codes of both demo towns."""
    codes = list(dict.fromkeys(person["municipality"] for person in people))
    assert len(codes) == 2
    return codes


@pytest.fixture(scope="module")
def ask(address: str) -> Ask:
    def send(operation: str, token: str | None = None, /, **variables: object) -> dict:
        sent = body(operation, **variables)
        return httpx.post(f"{address}/graphql", json=sent, headers=headers(token), timeout=20).json()

    return send


@pytest.fixture(scope="module")
def issue(scratch: Path, address: str) -> Callable[[dict, Role], str]:
    """Tokens of the served instance, with whatever role: what a mistaken login service might say of a person."""
    data = scratch / "api" / "data"
    tokens = Tokens(Keys(data / "keys"))
    kept = orjson.loads((data / "personas.json").read_bytes())
    known = {(person["name"], person["role"]): person["personId"] for person in kept}
    return lambda persona, role: tokens.issue(UUID(known[persona["name"], persona["role"]]), frozenset({role}), 60)


def assert_refused(answer: dict, code: str) -> None:
    """Nothing but the code is told."""
    [error] = answer["errors"]
    assert error["extensions"]["code"] == code
    assert not any((answer.get("data") or {}).values())


def lines(answer: dict) -> dict[tuple[str, str], int]:
    trial = answer["data"]["trialBalance"]
    posted = {(line["asset"]["code"], line["accountKind"]): line["posted"] for line in trial["lines"]}
    assert len(posted) == len(trial["lines"]), "one line for each kind and asset"
    return posted


def sums(lines: dict[tuple[str, str], int]) -> dict[str, int]:
    return {code: sum(posted for (asset, _), posted in lines.items() if asset == code) for code, _ in lines}


@pytest.mark.parametrize("role", STAFF)
def test_staff_of_a_town_see_that_its_ledger_is_balanced_and_agrees_with_itself(
    ask: Ask, people: list[Persona], towns: list[str], role: str
):
    seen = []
    for town in towns:
        token = first_person(people, role, town)["token"]
        trial = ask("TrialBalance", token, municipality=town)
        assert trial["data"]["trialBalance"]["balanced"], trial
        posted = lines(trial)
        assert set(sums(posted).values()) == {0}
        assert posted["COIN", "WALLET"] > 0 > posted["COIN", "ISSUANCE"]
        assert ask("DriftReport", token, municipality=town) == {"data": {"driftReport": {"differences": []}}}
        seen.append(posted)
    assert seen[0] != seen[1], "each town has its own"


def test_a_past_instant_shows_what_was_there_then(ask: Ask, people: list[Persona], towns: list[str]):
    town = towns[0]
    desk, resident = first_person(people, "DESK", town), first_person(people, "RESIDENT", town)
    at = ask("ServerTime")["data"]["serverTime"]
    before = lines(ask("TrialBalance", desk["token"], municipality=town))
    charge = {
        "idempotencyKey": str(uuid4()),
        "wallet": {"walletId": resident["walletIds"][0]},
        "assetId": desk["assetId"],
        "amount": 7,
    }
    assert "charge" in answered(ask("Charge", desk["token"], input=charge))
    after = lines(ask("TrialBalance", desk["token"], municipality=town))
    moved = {key: posted - before.get(key, 0) for key, posted in after.items() if posted != before.get(key, 0)}
    assert moved == {("COIN", "ISSUANCE"): -7, ("COIN", "WALLET"): 7, ("JPY", "ISSUANCE"): -7, ("JPY", "CASH"): 7}
    then = ask("TrialBalance", desk["token"], municipality=town, at=at)
    assert lines(then) == before
    assert then["data"]["trialBalance"]["balanced"]
    assert datetime.fromisoformat(then["data"]["trialBalance"]["asOfAt"]) == datetime.fromisoformat(at)
    in_japan = datetime.fromisoformat(at).astimezone(timezone(timedelta(hours=9))).isoformat()
    asked_in_japan = ask("TrialBalance", desk["token"], municipality=town, at=in_japan)["data"]["trialBalance"]
    assert asked_in_japan["asOfAt"] == then["data"]["trialBalance"]["asOfAt"], "one form, whatever the question's"
    assert asked_in_japan["asOfAt"].endswith("Z")


def test_before_everything_there_is_nothing_and_that_is_balanced(ask: Ask, people: list[Persona], towns: list[str]):
    token = first_person(people, "FINANCE", towns[0])["token"]
    trial = ask("TrialBalance", token, municipality=towns[0], at="2001-01-01T00:00:00Z")["data"]["trialBalance"]
    assert (trial["balanced"], trial["lines"]) == (True, [])


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.parametrize("operation", OF_A_TOWN, ids=["trialBalance", "driftReport"])
def test_staff_of_the_other_town_are_refused(
    ask: Ask, people: list[Persona], towns: list[str], operation: str, role: str
):
    for town, other in (towns, reversed(towns)):
        assert_refused(ask(operation, first_person(people, role, other)["token"], municipality=town), "NOT_PERMITTED")


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("operation", [*OF_A_TOWN, "Jobs"], ids=["trialBalance", "driftReport", "jobs"])
def test_residents_and_store_staff_are_refused(
    ask: Ask, people: list[Persona], towns: list[str], operation: str, role: str
):
    variables = {"municipality": towns[0]} if operation in OF_A_TOWN else {}
    assert_refused(ask(operation, first_person(people, role, towns[0])["token"], **variables), "NOT_PERMITTED")


@pytest.mark.parametrize("operation", [*OF_A_TOWN, "Jobs"], ids=["trialBalance", "driftReport", "jobs"])
def test_without_a_token_one_must_sign_in(ask: Ask, towns: list[str], operation: str):
    assert_refused(ask(operation, **({"municipality": towns[0]} if operation in OF_A_TOWN else {})), "UNAUTHENTICATED")


@pytest.mark.parametrize("town", ["012343", "abc", ""])
def test_a_town_that_is_not_there_is_refused_as_another_towns_is(
    ask: Ask, people: list[Persona], towns: list[str], town: str
):
    """So nobody learns which towns there are."""
    token = first_person(people, "FINANCE", towns[0])["token"]
    for operation in OF_A_TOWN:
        refused = ask(operation, token, municipality=town)
        assert_refused(refused, "NOT_PERMITTED")
        assert refused["errors"][0]["message"] == ask(operation, token, municipality=towns[1])["errors"][0]["message"]


@pytest.mark.parametrize("operation", OF_A_TOWN, ids=["trialBalance", "driftReport"])
def test_it_takes_the_role_and_the_relation(
    ask: Ask, people: list[Persona], towns: list[str], issue: Callable[[dict, Role], str], operation: str
):
    """A resident whose token says FINANCE serves no town; a finance officer who signed in as a resident asks as a resident."""
    resident, officer = first_person(people, "RESIDENT", towns[0]), first_person(people, "FINANCE", towns[0])
    assert_refused(ask(operation, issue(resident, Role.FINANCE), municipality=towns[0]), "NOT_PERMITTED")
    assert_refused(ask(operation, issue(officer, Role.RESIDENT), municipality=towns[0]), "NOT_PERMITTED")
    assert_refused(ask(operation, issue(officer, Role.DESK), municipality=towns[0]), "NOT_PERMITTED")
    assert "errors" not in ask(operation, issue(officer, Role.FINANCE), municipality=towns[0])


@pytest.mark.parametrize("role", STAFF)
async def test_staff_see_each_job_of_the_scheduler_and_how_its_last_run_went(
    ask: Ask, people: list[Persona], towns: list[str], role: str
):
    token = first_person(people, role, towns[0])["token"]

    def ran() -> list[dict]:
        jobs = ask("Jobs", token)["data"]["jobs"]
        return jobs if jobs and all(job["lastFinishedAt"] for job in jobs) and len(jobs) >= len(JOBS) else []

    jobs = await eventually(ran, 30)
    assert [job["name"] for job in jobs] == sorted(job.name for job in JOBS)
    for job in jobs:
        assert job["lastError"] is None
        started, finished, following = [
            datetime.fromisoformat(job[name]) for name in ("lastStartedAt", "lastFinishedAt", "nextRunAt")
        ]
        assert started <= finished < following
