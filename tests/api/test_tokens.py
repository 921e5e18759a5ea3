"""How long a token may live, and that one request has one."""

import time
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import jwt
import pytest

from api.keys import Keys, make_development_key
from api.tokens import AUDIENCE, ISSUER, InvalidTokenError, Tokens
from domain.services import Services
from domain.viewer import Role
from tests.support.apps import Persona, first_person, personas
from tests.support.till import unsigned
from tests.support.town import People

DAY = 86_400
ME = {"query": "{ viewer { person { id } } }"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    folder = tmp_path_factory.mktemp("keys")
    make_development_key(folder)
    return Keys(folder)


@pytest.fixture
async def resident(town: People) -> AsyncIterator[tuple[Services, str]]:
    yield town.services, str(town.resident.person_id)


def signed(keys: Keys, person: str, issued: float, expires: float) -> str:
    """A token as an issuer makes it, whatever life it gives."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": person,
        "roles": [Role.RESIDENT],
        "sv": 0,
        "iat": issued,
        "exp": expires,
    }
    return jwt.encode(claims, keys.private(), "ES256", headers={"kid": keys.signing})


@pytest.mark.parametrize(("before", "after", "taken"), [
    (10, DAY - 10, True),
    (10, DAY - 9, False),
    (0, 10 * 365 * DAY, False),
    (DAY - 60, 60, True),
    (DAY, 60, False),
    (-3_600, DAY, False),
])  # fmt: skip
async def test_a_token_lives_a_day_at_most_and_was_issued_in_the_past(
    keys: Keys, resident: tuple[Services, str], before: int, after: int, taken: bool
):
    services, person = resident
    now = int(time.time())
    token = signed(keys, person, now - before, now + after)
    if taken:
        verified = await Tokens(keys).verify(token, services.access)
        assert str(verified.viewer.person_id) == person
    else:
        with pytest.raises(InvalidTokenError):
            await Tokens(keys).verify(token, services.access)


async def test_a_town_may_set_another_life(keys: Keys, resident: tuple[Services, str]):
    services, person = resident
    now = int(time.time())
    hour, longer = signed(keys, person, now, now + 3_600), signed(keys, person, now, now + 3_601)
    tokens = Tokens(keys, longest_life=3_600)
    assert (await tokens.verify(hour, services.access)).expires_at == now + 3_600
    with pytest.raises(InvalidTokenError):
        await tokens.verify(longer, services.access)


async def test_a_token_without_a_time_of_issue_is_none(keys: Keys, resident: tuple[Services, str]):
    services, person = resident
    claims = jwt.decode(signed(keys, person, 0, DAY), options={"verify_signature": False})
    del claims["iat"]
    token = jwt.encode({**claims, "exp": int(time.time()) + 60}, keys.private(), "ES256", headers={"kid": keys.signing})
    with pytest.raises(InvalidTokenError):
        await Tokens(keys).verify(token, services.access)


@pytest.fixture(scope="module")
def people(address: str) -> list[Persona]:
    return personas(address)


def test_two_tokens_in_one_request_are_refused_whichever_comes_first(address: str, people: list[Persona]):
    resident, desk = first_person(people, "RESIDENT")["token"], first_person(people, "DESK")["token"]
    assert httpx.post(f"{address}/graphql", json=ME, headers={"authorization": f"Bearer {resident}"}).status_code == 200
    for sent_first, sent_last in ((resident, desk), (desk, resident), (resident, resident), (resident, "x")):
        two = [("authorization", f"Bearer {sent_first}"), ("Authorization", f"Bearer {sent_last}")]
        for answer in (
            httpx.post(f"{address}/graphql", json=ME, headers=two),
            httpx.get(f"{address}/graphql", params=ME, headers=two),
            httpx.put(
                f"{address}/uploads/upl_x/{uuid4().hex}", content=b"a", headers=[*two, ("content-type", "text/csv")]
            ),
        ):
            assert answer.status_code == 400
            assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
            assert "Authorization" in answer.json()["errors"][0]["message"]


async def test_a_socket_takes_one_token_too(address: str, people: list[Persona]):
    token = f"Bearer {first_person(people, 'RESIDENT')['token']}"
    for payload in ({"authorization": token, "Authorization": token}, {"authorization": 1}):
        async with unsigned(address) as socket:
            await socket.send(type="connection_init", payload=payload)
            assert (await socket.closed())[0] == 4401
    async with unsigned(address) as socket:
        await socket.send(type="connection_init", payload={"Authorization": token})
        assert (await socket.next())["type"] == "connection_ack"
        assert (await socket.ask("1", "ServerTime"))["data"]["serverTime"]
