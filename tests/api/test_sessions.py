"""Sessions and rights that end while sockets are open, on two server processes; whoever ended them told no process."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import orjson
import pytest
from redis import asyncio as aioredis

from api.tokens import Keys, Tokens
from domain.access.access import FRESH_SECONDS
from domain.identifiers import decode
from domain.viewer import Relation, Role
from tests.support.apps import Persona, body, first_person, headers, personas
from tests.support.served import served
from tests.support.till import Till, till

SOCKETS = 6
"""So that both processes have some."""
SLACK_SECONDS = 1.0
"""For the machine, beyond what is promised."""
RAISE = "update person set session_version = session_version + 1 where id = $1 returning session_version"


class Town:
    """A served town, its database, and tokens of its people."""

    def __init__(self, address: str, data: Path) -> None:
        self.address = address
        self.settings = dict(line.split("=", 1) for line in (data / "run.env").read_text().splitlines())
        self.tokens = Tokens(Keys(data / "keys"))
        self.people = personas(address)
        self.keys = {
            (person["name"], person["role"]): UUID(person["personId"])
            for person in orjson.loads((data / "personas.json").read_bytes())
        }
        self.versions: dict[UUID, int] = {}

    def key(self, persona: Persona) -> UUID:
        return self.keys[persona["name"], persona["role"]]

    def token(self, persona: Persona, seconds: int = 600, role: Role | None = None) -> str:
        """A token as the issuer makes it now."""
        person = self.key(persona)
        roles = frozenset({role or Role(persona["role"])})
        return self.tokens.issue(person, roles, seconds, self.versions.get(person, 0))

    async def run(self, statement: str, *values: object) -> Any:
        """A statement of somebody else, straight to the database."""
        connection = await asyncpg.connect(self.settings["MEGURU_DATABASE_URL"])
        try:
            return await connection.fetchval(statement, *values)
        finally:
            await connection.close()

    async def end_session(self, persona: Persona) -> None:
        self.versions[self.key(persona)] = await self.run(RAISE, self.key(persona))

    async def post(self, token: str, operation: str, /, **variables: object) -> httpx.Response:
        """On a connection of its own, so that either process may answer."""
        async with httpx.AsyncClient(timeout=20) as client:
            return await client.post(
                f"{self.address}/graphql", json=body(operation, **variables), headers=headers(token)
            )

    async def balance(self, persona: Persona) -> int:
        answer = await self.post(self.token(persona), "Wallet", id=persona["walletIds"][0])
        return sum(balance["posted"] for balance in answer.json()["data"]["wallet"]["balances"])


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("sessions")
    folder.chmod(0o755)
    with served(folder, processes=2) as (address, _):
        yield Town(address, folder / "data")


@pytest.fixture
def resident(two: Town) -> Persona:
    return first_person(two.people, "RESIDENT")


@pytest.fixture
def clerk(two: Town, resident: Persona) -> Persona:
    return first_person(two.people, "MERCHANT_STAFF", resident["municipality"])


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


def payment(resident: Persona, clerk: Persona) -> dict[str, Any]:
    named = {"walletId": resident["walletIds"][0], "payee": {"storeId": clerk["storeId"]}}
    return {"input": {"idempotencyKey": str(uuid4()), **named, "amount": 1, "confirmDuplicate": True}}


async def pay_until_closed(socket: Till, resident: Persona, clerk: Persona) -> list[tuple[float, dict[str, Any]]]:
    """Pays again and again, and says when each was sent and what was answered."""
    answers = []
    try:
        while True:
            sent_at = time.monotonic()
            answers.append((sent_at, await socket.ask(str(len(answers)), "Pay", **payment(resident, clerk))))
    except Exception as ended:
        assert getattr(ended, "rcvd", None) is not None, ended
        assert ended.rcvd.code == 4401, ended
        return answers


@pytest.mark.parametrize("bus", ["there", "away"])
async def test_an_ended_session_pays_no_more_over_open_sockets(
    two: Town, resident: Persona, clerk: Persona, stack: AsyncExitStack, bus: str
):
    if bus == "away":
        client = aioredis.from_url(two.settings["MEGURU_REDIS_URL"])
        await client.execute_command("CLIENT", "PAUSE", "15000", "ALL")
        await client.aclose()
    before = await two.balance(resident)
    token = two.token(resident)
    sockets = [await stack.enter_async_context(till(two.address, token)) for _ in range(SOCKETS)]
    listening = await stack.enter_async_context(till(two.address, token))
    await listening.subscribe("w", "WalletEvents", walletId=resident["walletIds"][0])
    paying = [asyncio.create_task(pay_until_closed(socket, resident, clerk)) for socket in sockets]
    await listening.next()  # payments go through
    await two.end_session(resident)
    ended_at = time.monotonic()
    reason = await listening.closed()
    assert time.monotonic() < ended_at + FRESH_SECONDS + SLACK_SECONDS
    assert reason == (4401, "Session ended")
    answers = [answer for answered in await asyncio.gather(*paying) for answer in answered]
    settled = [at for at, answer in answers if "errors" not in answer and answer["data"]["pay"]["payment"]]
    assert settled
    assert max(settled) < ended_at + FRESH_SECONDS + SLACK_SECONDS
    refused = [answer for _, answer in answers if "errors" in answer]
    assert {answer["errors"][0]["extensions"]["code"] for answer in refused} <= {"UNAUTHENTICATED"}
    assert before - await two.balance(resident) >= len(settled), "what was acknowledged has moved"

    after = await two.balance(resident)
    for _ in range(SOCKETS):
        answer = await two.post(token, "Pay", **payment(resident, clerk))
        assert answer.status_code == 401
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await two.balance(resident) == after


async def test_over_http_every_process_knows_within_a_second(two: Town, resident: Persona):
    token = two.token(resident)
    assert {(await two.post(token, "{ viewer { person { id } } }")).status_code for _ in range(8)} == {200}
    await two.end_session(resident)
    ended_at = time.monotonic()
    served_at = ended_at
    while time.monotonic() < ended_at + 3:
        asked_at = time.monotonic()
        if (await two.post(token, "{ viewer { person { id } } }")).status_code == 200:
            served_at = asked_at
    assert served_at < ended_at + FRESH_SECONDS + SLACK_SECONDS / 2


GRANT = "insert into holder_access (municipality_id, holder_id, person_id, relation, granted_at) values ($1, $2, $3, $4, now())"
REVOKE = "update holder_access set revoked_at = now() where person_id = $1 and relation = $2"
RETURN = "update holder_access set revoked_at = null where person_id = $1 and relation = $2"


@pytest.mark.parametrize(
    ("role", "relation", "operation"),
    [
        ("MERCHANT_STAFF", Relation.STAFF, "StoreEvents"),
        ("DESK", Relation.DESK, "StoreEvents"),
        ("DESK", Relation.DESK, "WalletEvents"),
        ("RESIDENT", Relation.DELEGATE, "WalletEvents"),
    ],
)
async def test_who_lost_a_right_hears_no_more_and_the_socket_stays(
    two: Town, resident: Persona, clerk: Persona, role: str, relation: Relation, operation: str
):
    own = [person for person in two.people if person["municipality"] == resident["municipality"]]
    follower = clerk if role == "MERCHANT_STAFF" else [person for person in own if person["role"] == role][-1]
    assert follower["name"] != resident["name"]
    followed = {"storeId": clerk["storeId"]} if operation == "StoreEvents" else {"walletId": resident["walletIds"][0]}
    if relation is Relation.DELEGATE:
        _, municipality, wallet = decode(followed["walletId"])
        await two.run(GRANT, municipality, wallet, two.key(follower), relation)
    async with till(two.address, two.token(follower)) as first, till(two.address, two.token(follower)) as second:
        for socket in (first, second):
            await socket.subscribe("right", operation, **followed)
            await socket.listens()
        assert (await two.post(two.token(resident), "Pay", **payment(resident, clerk))).json()["data"]["pay"]["payment"]
        for socket in (first, second):
            assert "errors" not in (await socket.next())["payload"], "the right holds"
        await two.run(REVOKE, two.key(follower), relation)
        revoked_at = time.monotonic()
        for socket in (first, second):
            ended = await socket.next()
            assert time.monotonic() < revoked_at + FRESH_SECONDS + SLACK_SECONDS
            assert (ended["id"], ended["payload"]["data"]) == ("right", None)
            assert [error["extensions"]["code"] for error in ended["payload"]["errors"]] == ["NOT_FOUND"]
            assert await socket.next() == {"type": "complete", "id": "right"}
        assert (await two.post(two.token(resident), "Pay", **payment(resident, clerk))).json()["data"]["pay"]["payment"]
        for socket in (first, second):
            answer = await socket.ask("right", operation, **followed)
            assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND", "the socket answers, and the id is free"
            assert (await socket.ask("time", "{ serverTime }"))["data"]["serverTime"]
        await two.run(RETURN, two.key(follower), relation)
        for socket in (first, second):
            await socket.subscribe("back", operation, **followed)
            await socket.listens()
        assert (await two.post(two.token(resident), "Pay", **payment(resident, clerk))).json()["data"]["pay"]["payment"]
        for socket in (first, second):
            assert (await socket.next())["id"] == "back", "whoever is given the right again may follow again"
