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
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from api.keys import Keys
from api.tokens import Tokens
from domain.access.access import FRESH_SECONDS
from domain.identifiers import decode
from domain.viewer import Relation, Role
from tests.support.apps import Persona, body, first_person, headers, personas
from tests.support.eventually import eventually
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
        connection = await asyncpg.connect(self.settings["MEGURU_OWNER_DATABASE_URL"])
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


FATAL = {4500, 4005, 4400, 4004, 4401, 4406, 4409, 4429}
"""Codes after which graphql-ws does not connect again."""
NOT_FATAL_BELOW_2000 = {1000, 1001, 1005, 1006, 1012, 1013, 1014}
TOKEN_SECONDS = 2


def is_fatal(code: int) -> bool:
    """The rule of graphql-ws: its own list, and every code of the WebSocket itself that is no passing trouble."""
    return code in FATAL or (1000 <= code < 2000 and code not in NOT_FATAL_BELOW_2000)


class LongDay:
    """A till as the page for clients has it: a token by a function, and the last event that it heard."""

    def __init__(self, town: Town, clerk: Persona, after: str) -> None:
        self.town, self.clerk, self.last = town, clerk, after
        self.heard: list[str] = []
        self.closed: list[int] = []

    async def listen(self) -> None:
        """Until a code is fatal."""
        while not any(map(is_fatal, self.closed)):
            async with till(self.town.address, self.town.token(self.clerk, TOKEN_SECONDS)) as socket:
                await socket.subscribe("till", "StoreEvents", storeId=self.clerk["storeId"], after=self.last)
                try:
                    while True:
                        event = (await socket.next())["payload"]["data"]["storeEvents"]
                        self.last = event["eventId"]
                        self.heard.append(event["receiptNumber"])
                except ConnectionClosed as ended:
                    assert ended.rcvd is not None
                    self.closed.append(ended.rcvd.code)


async def test_a_till_goes_on_after_its_tokens_end_and_misses_nothing(two: Town, resident: Persona, clerk: Persona):
    """Three tokens long, with payments all the time; then its session is ended, and it does not come back."""
    store = await two.post(two.token(clerk), "query($id: ID!) { store(id: $id) { asOfEventId } }", id=clerk["storeId"])
    after = store.json()["data"]["store"]["asOfEventId"]
    day = LongDay(two, clerk, after)
    listening = asyncio.create_task(day.listen())
    paid = []
    while len(day.closed) < 3:
        answer = await two.post(two.token(resident), "Pay", **payment(resident, clerk))
        paid.append(answer.json()["data"]["pay"]["payment"]["receiptNumber"])
        await eventually(lambda: len(day.heard) >= len(paid) - 5 or listening.done())
        assert not listening.done(), listening.exception()
    await eventually(lambda: len(day.heard) >= len(paid))
    assert day.heard == paid, "each once, in order"
    assert day.closed == [4403] * len(day.closed)
    await two.end_session(clerk)
    await asyncio.wait_for(listening, TOKEN_SECONDS + 5)
    assert day.closed[-1] == 4401
    assert day.closed.count(4401) == 1


async def test_a_token_that_has_ended_or_was_never_one_at_the_beginning_of_a_connection(two: Town, resident: Persona):
    """The first is worth another try with a new token; the others are not."""
    url = two.address.replace("http", "ws", 1) + "/graphql"
    ended = two.token(resident)
    await two.end_session(resident)
    for token, code in ((two.token(resident, -5), 4403), (ended, 4401), ("nonsense", 4401), (ended + "x", 4401)):
        async with connect(url, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
            payload = {"authorization": f"Bearer {token}"}
            await socket.send(orjson.dumps({"type": "connection_init", "payload": payload}).decode())
            with pytest.raises(ConnectionClosed) as closed:
                while True:  # a session that has just ended may be acknowledged within its second
                    await asyncio.wait_for(socket.recv(), 10)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == code
            assert is_fatal(code) == (code == 4401)
