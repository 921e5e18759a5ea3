"""Money from outside, killed between any two steps, answered late, twice or wrongly.

What was kept is what was given, and nothing stays set aside.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.payment_provider import HttpPaymentProvider
from domain.database import rows
from domain.funding import settle
from domain.identifiers import decode
from domain.jobs.schedule import settle_funding
from domain.ledger.kinds import JournalKind
from domain.ledger.ledger import Ledger
from domain.payments.pay import Pay
from domain.payments.top_up import TopUp, pay_with_top_up
from domain.ports import ProviderUnavailableError
from domain.refusals import Refusal
from domain.services import Services
from domain.vouchers.funded import purchase_with_funding
from domain.vouchers.purchase import Purchase
from mocks.payment_provider import KEY, PaymentProvider
from tests.payments.test_top_up import LINK
from tests.support.clock import MovableClock
from tests.support.town import People
from tests.support.vouchers import VoucherApi

LATER = timedelta(minutes=11)
PRICE = 5_000


class Killed(BaseException):
    """The process is gone."""


class Steps:
    """Counts the places where a process may die, and dies at one of them."""

    def __init__(self, dies_at: int = 0) -> None:
        self.dies_at, self.passed = dies_at, 0

    def step(self) -> None:
        self.passed += 1
        if self.passed == self.dies_at:
            raise Killed


class Dying(HttpPaymentProvider):
    """A provider before and after whose deeds the process may die."""

    def __init__(self, address: str, steps: Steps) -> None:
        super().__init__(address, KEY)
        self._steps = steps

    async def authorise(self, reference: UUID, token: str, amount: int) -> bool:
        return await self._between(super().authorise(reference, token, amount))

    async def capture(self, reference: UUID, amount: int) -> None:
        return await self._between(super().capture(reference, amount))

    async def void(self, reference: UUID) -> None:
        return await self._between(super().void(reference))

    async def _between(self, deed: Any) -> Any:
        try:
            self._steps.step()
        except Killed:
            deed.close()
            raise
        found = await deed
        self._steps.step()
        return found


class DyingPoster:
    """The same for the ledger."""

    def __init__(self, poster: Any, steps: Steps) -> None:
        self._poster, self._steps = poster, steps

    async def post(self, request: Any) -> Any:
        self._steps.step()
        found = await self._poster.post(request)
        self._steps.step()
        return found


class Shop:
    """A town with a provider: a voucher is bought with a card, or a payment brings its own money. Both take PRICE."""

    def __init__(self, api: VoucherApi, provider: PaymentProvider) -> None:
        self.api, self.provider = api, provider
        self.key, self.product, self.source = uuid4(), UUID(int=0), UUID(int=0)

    async def prepare(self) -> "Shop":
        self.product = decode(await self.api.product(unitsPerPerson=10))[2]  # type: ignore[assignment]
        given = {"walletId": self.api.wallet(), "assetId": self.api.coin, "token": "tok_card", "label": "•••• 1"}
        made = await self.api.ask(self.api.town.resident, LINK, input=given)
        self.source = decode(made["fundingSource"]["id"])[2]  # type: ignore[assignment]
        return self

    def services(self, steps: Steps | None = None) -> Services:
        if steps is None:
            return replace(self.api.town.services, funding=HttpPaymentProvider(self.provider.address, KEY))
        dying: Any = DyingPoster(self.api.town.services.ledger._poster, steps)
        return replace(self.api.town.services, funding=Dying(self.provider.address, steps), ledger=Ledger(dying))

    async def buys(self, services: Services) -> Any:
        what = Purchase(self.key, self.api.town.id, self.api.town.wallet, self.product, 1)
        return await purchase_with_funding(services, self.api.town.resident, what, "tok_card")

    async def pays(self, services: Services, amount: int = PRICE) -> Any:
        town = self.api.town
        what = Pay(self.key, town.id, town.wallet, town.store, amount, confirm_duplicate=True)
        return await pay_with_top_up(services, town.resident, what, TopUp(self.source, 50_000))

    async def settle(self, services: Services) -> None:
        await settle_funding(services)

    async def open(self) -> int:
        town = self.api.town.id
        return len(
            await rows("select 1 from provider_authorisation where municipality_id = $1 and state in (0, 1)", town)
        )

    async def assert_even(self) -> None:
        """What the provider took is what the books say that it owes, and what it took was given; nothing stays set aside."""
        town = self.api.town
        owed = await rows(
            "select coalesce(sum(posted), 0)::bigint as yen from account where municipality_id = $1 and holder_id = $2 and kind = 7",
            town.id,
            town.town.issuer_id,
        )
        paid = await rows(
            "select count(*)::int * $2::int as yen from journal where municipality_id = $1 and outcome = 0 and kind = any ($3::smallint[])",
            town.id,
            PRICE,
            [JournalKind.PAYMENT, JournalKind.VOUCHER_PURCHASE],
        )
        coin = (await self.api.balances()).get("COIN", 0)
        assert (self.provider.captured, self.provider.captured) == (owed[0]["yen"], paid[0]["yen"] + coin)
        assert self.provider.total("APPROVED") == 0, "set aside for ever"
        assert await self.open() == 0
        await town.assert_sound()


Verb = Callable[[Shop, Services], Awaitable[Any]]
VERBS: dict[str, Verb] = {"purchase": Shop.buys, "top-up": Shop.pays}


@pytest.fixture
async def shop(town: People, moved: MovableClock) -> AsyncIterator[Shop]:
    async with PaymentProvider().serving() as provider:
        yield await Shop(VoucherApi(town), provider).prepare()
    assert moved.shift >= timedelta()


async def recovered(shop: Shop, verb: Verb, how: str, moved: MovableClock) -> None:
    """By the client with its key, by the job, or by both of them in two processes at once."""
    if how in {"job", "both"}:
        moved.forward(LATER)
    work = []
    if how in {"key", "both"}:
        work.append(verb(shop, shop.services()))
    if how in {"job", "both"}:
        work += [shop.settle(shop.services()), shop.settle(shop.services())]
    for answer in await asyncio.gather(*work, return_exceptions=True):
        assert answer is None or not isinstance(answer, BaseException) or isinstance(answer, Refusal), answer
    if await shop.open():  # closed by the next run
        moved.forward(LATER)
        await shop.settle(shop.services())


@pytest.mark.parametrize("how", ["key", "job", "both"])
@pytest.mark.parametrize("at", range(1, 10))
@pytest.mark.parametrize("name", VERBS)
async def test_killed_between_any_two_steps(shop: Shop, moved: MovableClock, name: str, at: int, how: str):
    steps = Steps(at)
    with suppress(Killed):
        await VERBS[name](shop, shop.services(steps))
    await recovered(shop, VERBS[name], how, moved)
    await shop.assert_even()


async def test_those_are_all_its_steps(shop: Shop):
    for verb, many in ((Shop.pays, 10), (Shop.buys, 6)):
        shop.key, steps = uuid4(), Steps()
        await verb(shop, shop.services(steps))
        assert steps.passed == many


@pytest.mark.parametrize("at", range(10, 11))
async def test_killed_at_the_end_of_a_top_up(shop: Shop, moved: MovableClock, at: int):
    with suppress(Killed):
        await shop.pays(shop.services(Steps(at)))
    await recovered(shop, Shop.pays, "job", moved)
    await shop.assert_even()


class Scripted(HttpPaymentProvider):
    """Answers authorisations as it is told, whatever it has done."""

    def __init__(self, address: str, *answers: str) -> None:
        super().__init__(address, KEY)
        self.answers = list(answers)

    async def authorise(self, reference: UUID, token: str, amount: int) -> bool:
        told = self.answers.pop(0) if self.answers else ""
        found = True if told == "DECLINED" else await super().authorise(reference, token, amount)
        if told == "SILENT":
            raise ProviderUnavailableError
        return told != "DECLINED" and found


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
async def test_a_provider_that_changes_its_mind(shop: Shop, moved: MovableClock, name: str, answers: tuple[str, ...]):
    services = replace(shop.services(), funding=Scripted(shop.provider.address, *answers))
    for _ in answers:
        with suppress(Refusal):
            await VERBS[name](shop, services)
    await recovered(shop, VERBS[name], "job", moved)
    await shop.assert_even()


@pytest.mark.parametrize("dies", [False, True])
@pytest.mark.parametrize("name", VERBS)
async def test_another_process_hears_no_while_this_one_has_heard_yes(
    shop: Shop, moved: MovableClock, name: str, dies: bool
):
    """Both under one key; and the one that heard yes may die once it has charged."""
    other = replace(shop.services(), funding=Scripted(shop.provider.address, "DECLINED"))

    class Between(HttpPaymentProvider):
        async def authorise(self, reference: UUID, token: str, amount: int) -> bool:
            found = await super().authorise(reference, token, amount)
            with suppress(Refusal):
                await VERBS[name](shop, other)
            return found

    services = replace(shop.services(), funding=Between(shop.provider.address, KEY))
    if dies:
        dying: Any = DyingPoster(services.ledger._poster, Steps(2))
        services = replace(services, ledger=Ledger(dying))
    with suppress(Refusal, Killed):
        await VERBS[name](shop, services)
    await recovered(shop, VERBS[name], "job", moved)
    await shop.assert_even()


@pytest.mark.parametrize("name", VERBS)
@pytest.mark.parametrize("early", [True, False])
async def test_an_answer_that_comes_after_the_job(shop: Shop, moved: MovableClock, name: str, early: bool):
    """The authorisation, or its answer, is on its way for longer than anybody waits."""
    asked, going_on = asyncio.Event(), asyncio.Event()

    class Slow(HttpPaymentProvider):
        async def authorise(self, reference: UUID, token: str, amount: int) -> bool:
            found = await super().authorise(reference, token, amount) if early else None
            asked.set()
            await going_on.wait()
            return await super().authorise(reference, token, amount) if found is None else found

    task = asyncio.create_task(VERBS[name](shop, replace(shop.services(), funding=Slow(shop.provider.address, KEY))))  # type: ignore[arg-type]
    await asked.wait()
    moved.forward(LATER)
    await shop.settle(shop.services())
    going_on.set()
    with pytest.raises(Refusal):
        await task
    await recovered(shop, VERBS[name], "job", moved)
    assert shop.provider.captured == 0
    await shop.assert_even()


async def test_a_key_with_other_words_takes_no_money(shop: Shop):
    """What was asked first is what the money is for: with another amount it is another payment, which needs a key of its own."""
    shop.provider.silent = {"authorise"}
    with pytest.raises(Refusal):
        await shop.pays(shop.services())
    shop.provider.silent = set()
    with pytest.raises(Refusal) as refused:
        await shop.pays(shop.services(), 10)
    assert refused.value.code == "KEY_REUSED"
    assert (shop.provider.captured, await shop.api.balances()) == (0, {})
    await shop.pays(shop.services())
    await shop.assert_even()


@pytest.mark.parametrize("name", VERBS)
async def test_what_can_never_be_finished_does_not_stand_before_the_rest(
    shop: Shop, moved: MovableClock, monkeypatch: pytest.MonkeyPatch, name: str
):
    """The provider has forgotten the first ones, which stay open for somebody to look at; the others are people's money too."""
    monkeypatch.setattr(settle, "PAGE", 2)
    shop.provider.silent = {"authorise"}
    first = []
    for _ in range(3):
        shop.key = uuid4()
        with suppress(Refusal):
            await VERBS[name](shop, shop.services())
        first.append(list(shop.provider.known)[-1])
    with suppress(Refusal):
        shop.key = uuid4()
        await VERBS[name](shop, shop.services())
    shop.provider.silent = set()

    class Forgetful(HttpPaymentProvider):
        async def void(self, reference: UUID) -> None:
            if str(reference) in first[:2]:
                raise ProviderUnavailableError
            if str(reference) == first[2]:
                raise ValueError(reference)
            await super().void(reference)

    moved.forward(LATER)
    for _ in range(30):
        await shop.settle(replace(shop.services(), funding=Forgetful(shop.provider.address, KEY)))
        if await shop.open() == 3:
            break
    assert await shop.open() == 3
    await shop.settle(shop.services())
    await shop.assert_even()


@pytest.mark.parametrize(
    "told",
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
async def test_an_answer_that_is_none(told: bytes):
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + told)
        writer.close()

    server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    client = HttpPaymentProvider(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", KEY)
    for deed in (client.authorise(uuid4(), "tok", 1), client.capture(uuid4(), 1), client.void(uuid4())):
        with pytest.raises(ProviderUnavailableError):
            await deed
    server.close()
