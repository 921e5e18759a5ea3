"""A town whose residents pay with money from outside, at a provider over a real socket, in processes that may die.

What the provider took is read from the stand-in's own record, what was given from the tables: never from the code under test.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from adapters.payment_provider import HttpPaymentProvider
from domain.database import rows
from domain.funding.link import NewSource, link_source
from domain.identifiers import decode
from domain.jobs.schedule import settle_funding
from domain.ledger.kinds import AccountKind, JournalKind, Operation
from domain.ledger.ledger import Ledger
from domain.ledger.request import RequestKey
from domain.payments.pay import Pay
from domain.payments.top_up import TopUp, pay_with_top_up
from domain.refusals import Refusal
from domain.services import Services
from domain.vouchers.funded import purchase_with_funding
from domain.vouchers.purchase import Purchase
from mocks.payment_provider import KEY, PaymentProvider
from tests.support.clock import MovableClock
from tests.support.town import People
from tests.support.vouchers import VoucherApi

LATER = timedelta(minutes=11)
"""When the job comes."""
PRICE = 5_000
TOKEN = "tok_card"


class Killed(BaseException):
    """The process is gone."""


class Steps:
    """Counts the places where a process may die, and dies at one of them."""

    def __init__(self, dies_at: int = 0) -> None:
        self.dies_at, self.passed = dies_at, 0

    def step(self) -> None:
        self.passed += 1
        if self.passed == self.dies_at:
            self.die()

    def die(self) -> None:
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
        answer = await deed
        self._steps.step()
        return answer


class DyingPoster:
    """The same for the ledger."""

    def __init__(self, poster: Any, steps: Steps) -> None:
        self._poster, self._steps = poster, steps

    async def post(self, request: Any) -> Any:
        self._steps.step()
        decision = await self._poster.post(request)
        self._steps.step()
        return decision


def dying(services: Services, address: str, steps: Steps) -> Services:
    """Services of a process that dies at one of the steps."""
    poster: Any = DyingPoster(services.ledger._poster, steps)
    return replace(services, funding=Dying(address, steps), ledger=Ledger(poster))


class FundedTown:
    """A town with a provider: a voucher is bought with a card, or a payment brings its own money. Both take PRICE."""

    def __init__(self, api: VoucherApi, provider: PaymentProvider) -> None:
        self.api, self.provider = api, provider
        self.key, self.product, self.source = uuid4(), UUID(int=0), UUID(int=0)

    async def prepare(self) -> "FundedTown":
        town = self.api.town
        self.product = decode(await self.api.product(unitsPerPerson=10))[2]  # type: ignore[assignment]
        new = NewSource(town.id, town.wallet, town.coin.id, TOKEN, "•••• 1")
        self.source = (await link_source(town.services, town.resident, new)).id
        return self

    def key_of(self, verb: str) -> RequestKey:
        """The resident's key as one of `VERBS` uses it."""
        return RequestKey(self.api.town.id, self.api.town.resident.person_id, OPERATIONS[verb], self.key)

    def services(self, steps: Steps | None = None) -> Services:
        services = self.api.town.services
        if steps is None:
            return replace(services, funding=HttpPaymentProvider(self.provider.address, KEY))
        return dying(services, self.provider.address, steps)

    async def buys(self, services: Services) -> Any:
        town = self.api.town
        purchase = Purchase(self.key, town.id, town.wallet, self.product, 1)
        return await purchase_with_funding(services, town.resident, purchase, TOKEN)

    async def pays(self, services: Services, amount: int = PRICE) -> Any:
        town = self.api.town
        payment = Pay(self.key, town.id, town.wallet, town.store, amount, confirm_duplicate=True)
        return await pay_with_top_up(services, town.resident, payment, TopUp(self.source, 50_000))

    async def settle(self, services: Services) -> None:
        await settle_funding(services)

    async def states(self) -> list[int]:
        sums = await rows(
            "select state from provider_authorisation where municipality_id = $1 order by opened_at, id",
            self.api.town.id,
        )
        return [row["state"] for row in sums]

    async def open(self) -> int:
        return len(
            await rows(
                "select 1 from provider_authorisation where municipality_id = $1 and state in (0, 1)", self.api.town.id
            )
        )

    async def assert_even(self) -> None:
        """What the provider took is what the books say that it owes, and what it took was given; nothing stays set aside."""
        town = self.api.town
        owed = await rows(
            """select coalesce(sum(e.amount), 0)::bigint as yen from entry e
              join account a on a.municipality_id = e.municipality_id and a.id = e.account_id
              where a.municipality_id = $1 and a.holder_id = $2 and a.kind = $3""",
            town.id,
            town.town.issuer_id,
            AccountKind.CASH,
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
        ended = await rows("select id, state from provider_authorisation where municipality_id = $1", town.id)
        captured = {str(row["id"]) for row in ended if row["state"] == 2}
        assert captured == {name for name, (state, _) in self.provider.known.items() if state == "CAPTURED"}
        await town.assert_sound()


Verb = Callable[[FundedTown, Services], Awaitable[Any]]
VERBS: dict[str, Verb] = {"purchase": FundedTown.buys, "top-up": FundedTown.pays}
OPERATIONS = {"purchase": Operation.PURCHASE_VOUCHER, "top-up": Operation.PAY}


@asynccontextmanager
async def funded_town(town: People) -> AsyncIterator[FundedTown]:
    """A town at its provider, until the end of the block."""
    async with PaymentProvider().serving() as provider:
        yield await FundedTown(VoucherApi(town), provider).prepare()


async def recovered(funded: FundedTown, verb: Verb, how: str, moved: MovableClock) -> None:
    """By the client with its key, by the job, or by both of them in two processes at once."""
    if how in {"job", "both"}:
        moved.forward(LATER)
    work = []
    if how in {"key", "both"}:
        work.append(verb(funded, funded.services()))
    if how in {"job", "both"}:
        work += [funded.settle(funded.services()), funded.settle(funded.services())]
    for answer in await asyncio.gather(*work, return_exceptions=True):
        assert answer is None or not isinstance(answer, BaseException) or isinstance(answer, Refusal), answer
    if await funded.open():  # closed by the next run
        moved.forward(LATER)
        await funded.settle(funded.services())
