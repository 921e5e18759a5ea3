"""What municipal staff ask, over HTTP: the trial balance, the drift report and the jobs.

And everybody else who asks for them.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from api.tokens import Keys, Tokens
from domain.jobs.schedule import JOBS
from domain.viewer import Role
from tests.support.eventually import eventually

TRIAL = "query T($town: String!, $at: DateTime) { trialBalance(municipality: $town, at: $at) { asOfAt balanced lines { accountKind posted asset { code } } } }"
DRIFT = "query D($town: String!) { driftReport(municipality: $town) { differences { check subject stored expected } } }"
JOB_LIST = "{ jobs { name lastStartedAt lastFinishedAt nextRunAt rowsLast lastError } }"
OF_A_TOWN = (TRIAL, DRIFT)
TIME = "{ serverTime }"
CHARGE = "mutation C($input: ChargeInput!) { charge(input: $input) { __typename } }"
STAFF = ("DESK", "FINANCE", "AUDITOR")
OTHERS = ("RESIDENT", "MERCHANT_STAFF")

Ask = Callable[..., dict]


@pytest.fixture(scope="module")
def people(address: str) -> list[dict]:
    return httpx.get(f"{address}/dev/personas").json()


@pytest.fixture(scope="module")
def towns(people: list[dict]) -> list[str]:
    """The codes of both demo towns."""
    found = list(dict.fromkeys(one["municipality"] for one in people))
    assert len(found) == 2
    return found


@pytest.fixture(scope="module")
def ask(address: str) -> Ask:
    def send(query: str, token: str | None = None, **variables: object) -> dict:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        return httpx.post(
            f"{address}/graphql", json={"query": query, "variables": variables}, headers=headers, timeout=20
        ).json()

    return send


@pytest.fixture(scope="module")
def issue(scratch: Path, address: str) -> Callable[[dict, Role], str]:
    """Tokens of the served instance, with whatever role: what a mistaken login service might say of a person."""
    data = scratch / "api" / "data"
    tokens = Tokens(Keys(data / "keys"))
    known = {(one["name"], one["role"]): one["personId"] for one in orjson.loads((data / "personas.json").read_bytes())}
    return lambda persona, role: tokens.issue(UUID(known[persona["name"], persona["role"]]), frozenset({role}), 60)


def somebody(people: list[dict], role: str, town: str) -> dict:
    return next(one for one in people if one["role"] == role and one["municipality"] == town)


def assert_refused(answer: dict, code: str) -> None:
    """Nothing but the code is told."""
    [error] = answer["errors"]
    assert error["extensions"]["code"] == code
    assert not any((answer.get("data") or {}).values())


def lines(answer: dict) -> dict[tuple[str, str], int]:
    trial = answer["data"]["trialBalance"]
    found = {(line["asset"]["code"], line["accountKind"]): line["posted"] for line in trial["lines"]}
    assert len(found) == len(trial["lines"]), "one line for each kind and asset"
    return found


def sums(found: dict[tuple[str, str], int]) -> dict[str, int]:
    return {code: sum(posted for (asset, _), posted in found.items() if asset == code) for code, _ in found}


@pytest.mark.parametrize("role", STAFF)
def test_staff_of_a_town_see_that_its_ledger_is_balanced_and_agrees_with_itself(
    ask: Ask, people: list[dict], towns: list[str], role: str
):
    seen = []
    for town in towns:
        token = somebody(people, role, town)["token"]
        trial = ask(TRIAL, token, town=town)
        assert trial["data"]["trialBalance"]["balanced"], trial
        found = lines(trial)
        assert set(sums(found).values()) == {0}
        assert found["COIN", "WALLET"] > 0 > found["COIN", "ISSUANCE"]
        assert ask(DRIFT, token, town=town) == {"data": {"driftReport": {"differences": []}}}
        seen.append(found)
    assert seen[0] != seen[1], "each town has its own"


def test_a_past_instant_shows_what_was_there_then(ask: Ask, people: list[dict], towns: list[str]):
    town = towns[0]
    desk, resident = somebody(people, "DESK", town), somebody(people, "RESIDENT", town)
    at = ask(TIME)["data"]["serverTime"]
    before = lines(ask(TRIAL, desk["token"], town=town))
    given = {
        "idempotencyKey": str(uuid4()),
        "wallet": {"walletId": resident["walletIds"][0]},
        "assetId": desk["assetId"],
        "amount": 7,
    }
    assert ask(CHARGE, desk["token"], input=given)["data"]["charge"]["__typename"] == "ChargeSuccess"
    after = lines(ask(TRIAL, desk["token"], town=town))
    moved = {key: posted - before.get(key, 0) for key, posted in after.items() if posted != before.get(key, 0)}
    assert moved == {("COIN", "ISSUANCE"): -7, ("COIN", "WALLET"): 7, ("JPY", "ISSUANCE"): -7, ("JPY", "CASH"): 7}
    then = ask(TRIAL, desk["token"], town=town, at=at)
    assert lines(then) == before
    assert then["data"]["trialBalance"]["balanced"]
    assert datetime.fromisoformat(then["data"]["trialBalance"]["asOfAt"]) == datetime.fromisoformat(at)


def test_before_everything_there_is_nothing_and_that_is_balanced(ask: Ask, people: list[dict], towns: list[str]):
    token = somebody(people, "FINANCE", towns[0])["token"]
    trial = ask(TRIAL, token, town=towns[0], at="2001-01-01T00:00:00Z")["data"]["trialBalance"]
    assert (trial["balanced"], trial["lines"]) == (True, [])


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.parametrize("query", OF_A_TOWN, ids=["trialBalance", "driftReport"])
def test_staff_of_the_other_town_are_refused(ask: Ask, people: list[dict], towns: list[str], query: str, role: str):
    for town, other in (towns, reversed(towns)):
        assert_refused(ask(query, somebody(people, role, other)["token"], town=town), "NOT_PERMITTED")


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("query", [*OF_A_TOWN, JOB_LIST], ids=["trialBalance", "driftReport", "jobs"])
def test_residents_and_shop_staff_are_refused(ask: Ask, people: list[dict], towns: list[str], query: str, role: str):
    variables = {"town": towns[0]} if query in OF_A_TOWN else {}
    assert_refused(ask(query, somebody(people, role, towns[0])["token"], **variables), "NOT_PERMITTED")


@pytest.mark.parametrize("query", [*OF_A_TOWN, JOB_LIST], ids=["trialBalance", "driftReport", "jobs"])
def test_without_a_token_one_must_sign_in(ask: Ask, towns: list[str], query: str):
    assert_refused(ask(query, **({"town": towns[0]} if query in OF_A_TOWN else {})), "UNAUTHENTICATED")


@pytest.mark.parametrize("town", ["012343", "abc", ""])
def test_a_town_that_is_not_there_is_refused_as_another_towns_is(
    ask: Ask, people: list[dict], towns: list[str], town: str
):
    """So nobody learns which towns there are."""
    token = somebody(people, "FINANCE", towns[0])["token"]
    for query in OF_A_TOWN:
        refused = ask(query, token, town=town)
        assert_refused(refused, "NOT_PERMITTED")
        assert refused["errors"][0]["message"] == ask(query, token, town=towns[1])["errors"][0]["message"]


@pytest.mark.parametrize("query", OF_A_TOWN, ids=["trialBalance", "driftReport"])
def test_it_takes_the_role_and_the_relation(
    ask: Ask, people: list[dict], towns: list[str], issue: Callable[[dict, Role], str], query: str
):
    """A resident whose token says FINANCE serves no town; a finance officer who signed in as a resident asks as a resident."""
    resident, officer = somebody(people, "RESIDENT", towns[0]), somebody(people, "FINANCE", towns[0])
    assert_refused(ask(query, issue(resident, Role.FINANCE), town=towns[0]), "NOT_PERMITTED")
    assert_refused(ask(query, issue(officer, Role.RESIDENT), town=towns[0]), "NOT_PERMITTED")
    assert_refused(ask(query, issue(officer, Role.DESK), town=towns[0]), "NOT_PERMITTED")
    assert "errors" not in ask(query, issue(officer, Role.FINANCE), town=towns[0])


@pytest.mark.parametrize("role", STAFF)
async def test_staff_see_each_job_of_the_scheduler_and_how_its_last_run_went(
    ask: Ask, people: list[dict], towns: list[str], role: str
):
    token = somebody(people, role, towns[0])["token"]

    def ran() -> list[dict]:
        found = ask(JOB_LIST, token)["data"]["jobs"]
        return found if found and all(job["lastFinishedAt"] for job in found) and len(found) >= len(JOBS) else []

    found = await eventually(ran, 30)
    assert [job["name"] for job in found] == sorted(job.name for job in JOBS)
    for job in found:
        assert job["lastError"] is None
        started, finished, following = [
            datetime.fromisoformat(job[name]) for name in ("lastStartedAt", "lastFinishedAt", "nextRunAt")
        ]
        assert started <= finished < following
