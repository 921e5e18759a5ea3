"""Money from outside, killed between any two steps, answered late, twice or wrongly.

What was kept is what was given, and nothing stays set aside.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.payment_provider import HttpPaymentProvider
from domain.funding import settle
from domain.ledger.ledger import Ledger
from domain.ports import ProviderUnavailableError
from domain.refusals import Refusal
from mocks.payment_provider import KEY
from tests.support.clock import MovableClock
from tests.support.funded import LATER, VERBS, DyingPoster, FundedTown, Killed, Steps, funded_town, recovered
from tests.support.town import People


@pytest.fixture
async def funded(town: People, moved: MovableClock) -> AsyncIterator[FundedTown]:
    async with funded_town(town) as funded:
        yield funded
    assert moved.shift >= timedelta()


@pytest.mark.parametrize("how", ["key", "job", "both"])
@pytest.mark.parametrize("at", range(1, 10))
@pytest.mark.parametrize("name", VERBS)
async def test_killed_between_any_two_steps(funded: FundedTown, moved: MovableClock, name: str, at: int, how: str):
    steps = Steps(at)
    with suppress(Killed):
        await VERBS[name](funded, funded.services(steps))
    await recovered(funded, VERBS[name], how, moved)
    await funded.assert_even()


async def test_those_are_all_its_steps(funded: FundedTown):
    for verb, many in ((FundedTown.pays, 10), (FundedTown.buys, 6)):
        funded.key, steps = uuid4(), Steps()
        await verb(funded, funded.services(steps))
        assert steps.passed == many


@pytest.mark.parametrize("at", range(10, 11))
async def test_killed_at_the_end_of_a_top_up(funded: FundedTown, moved: MovableClock, at: int):
    with suppress(Killed):
        await funded.pays(funded.services(Steps(at)))
    await recovered(funded, FundedTown.pays, "job", moved)
    await funded.assert_even()


class Scripted(HttpPaymentProvider):
    """Answers authorisations as it is told, whatever it has done."""

    def __init__(self, address: str, *answers: str) -> None:
        super().__init__(address, KEY)
        self.answers = list(answers)

    async def authorise(self, reference: UUID, token: str, amount: int) -> bool:
        answer = self.answers.pop(0) if self.answers else ""
        approved = True if answer == "DECLINED" else await super().authorise(reference, token, amount)
        if answer == "SILENT":
            raise ProviderUnavailableError
        return answer != "DECLINED" and approved


@pytest.mark.parametrize("name", VERBS)
@pytest.mark.parametrize(
    "answers",
    [
        ("SILENT", "DECLINED"),
        ("SILENT", "SILENT", "APPROVED"),
        ("SILENT", "DECLINED", "APPROVED"),
        ("DECLINED", "APPROVED"),
    ],
)
async def test_a_provider_that_changes_its_mind(
    funded: FundedTown, moved: MovableClock, name: str, answers: tuple[str, ...]
):
    services = replace(funded.services(), funding=Scripted(funded.provider.address, *answers))
    for _ in answers:
        with suppress(Refusal):
            await VERBS[name](funded, services)
    await recovered(funded, VERBS[name], "job", moved)
    await funded.assert_even()


@pytest.mark.parametrize("dies", [False, True])
@pytest.mark.parametrize("name", VERBS)
async def test_another_process_hears_no_while_this_one_has_heard_yes(
    funded: FundedTown, moved: MovableClock, name: str, dies: bool
):
    """Both under one key; and the one that heard yes may die once it has charged."""
    other = replace(funded.services(), funding=Scripted(funded.provider.address, "DECLINED"))

    class Between(HttpPaymentProvider):
        async def authorise(self, reference: UUID, token: str, amount: int) -> bool:
            approved = await super().authorise(reference, token, amount)
            with suppress(Refusal):
                await VERBS[name](funded, other)
            return approved

    services = replace(funded.services(), funding=Between(funded.provider.address, KEY))
    if dies:
        dying: Any = DyingPoster(services.ledger._poster, Steps(2))
        services = replace(services, ledger=Ledger(dying))
    with suppress(Refusal, Killed):
        await VERBS[name](funded, services)
    await recovered(funded, VERBS[name], "job", moved)
    await funded.assert_even()


@pytest.mark.parametrize("name", VERBS)
@pytest.mark.parametrize("early", [True, False])
async def test_an_answer_that_comes_after_the_job(funded: FundedTown, moved: MovableClock, name: str, early: bool):
    """The authorisation, or its answer, is on its way for longer than anybody waits."""
    under_way, going_on = asyncio.Event(), asyncio.Event()

    class Slow(HttpPaymentProvider):
        async def authorise(self, reference: UUID, token: str, amount: int) -> bool:
            approved = await super().authorise(reference, token, amount) if early else None
            under_way.set()
            await going_on.wait()
            return await super().authorise(reference, token, amount) if approved is None else approved

    task = asyncio.create_task(
        VERBS[name](funded, replace(funded.services(), funding=Slow(funded.provider.address, KEY)))
    )  # type: ignore[arg-type]
    await under_way.wait()
    moved.forward(LATER)
    await funded.settle(funded.services())
    going_on.set()
    with pytest.raises(Refusal):
        await task
    await recovered(funded, VERBS[name], "job", moved)
    assert funded.provider.captured == 0
    await funded.assert_even()


async def test_a_key_with_other_words_takes_no_money(funded: FundedTown):
    """What was asked first is what the money is for: with another amount it is another payment, which needs a key of its own."""
    funded.provider.silent = {"authorise"}
    with pytest.raises(Refusal):
        await funded.pays(funded.services())
    funded.provider.silent = set()
    with pytest.raises(Refusal) as refused:
        await funded.pays(funded.services(), 10)
    assert refused.value.code == "KEY_REUSED"
    assert (funded.provider.captured, await funded.api.balances()) == (0, {})
    await funded.pays(funded.services())
    await funded.assert_even()


@pytest.mark.parametrize("name", VERBS)
async def test_what_can_never_be_finished_does_not_stand_before_the_rest(
    funded: FundedTown, moved: MovableClock, monkeypatch: pytest.MonkeyPatch, name: str
):
    """The provider has forgotten the first ones, which stay open for somebody to look at; the others are people's money too."""
    monkeypatch.setattr(settle, "PAGE", 2)
    funded.provider.silent = {"authorise"}
    first = []
    for _ in range(3):
        funded.key = uuid4()
        with suppress(Refusal):
            await VERBS[name](funded, funded.services())
        first.append(list(funded.provider.known)[-1])
    with suppress(Refusal):
        funded.key = uuid4()
        await VERBS[name](funded, funded.services())
    funded.provider.silent = set()

    class Forgetful(HttpPaymentProvider):
        async def void(self, reference: UUID) -> None:
            if str(reference) in first[:2]:
                raise ProviderUnavailableError
            if str(reference) == first[2]:
                raise ValueError(reference)
            await super().void(reference)

    moved.forward(LATER)
    for _ in range(30):
        await funded.settle(replace(funded.services(), funding=Forgetful(funded.provider.address, KEY)))
        if await funded.open() == 3:
            break
    assert await funded.open() == 3
    await funded.settle(funded.services())
    await funded.assert_even()


@pytest.mark.parametrize(
    "answer",
    [
        b'{"state":[]}',
        b'{"state":{}}',
        b'{"state":null}',
        b'{"state":true}',
        b'"APPROVED"',
        b'{"state":"approved"}',
        b"\xff",
    ],
)
async def test_an_answer_that_is_none(answer: bytes):
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + answer)
        writer.close()

    server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    client = HttpPaymentProvider(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", KEY)
    for deed in (client.authorise(uuid4(), "tok", 1), client.capture(uuid4(), 1), client.void(uuid4())):
        with pytest.raises(ProviderUnavailableError):
            await deed
    server.close()
