"""The job: fair to all rows, patient with clients, and with a provider that is away."""

from dataclasses import replace
from importlib import import_module
from pkgutil import walk_packages
from uuid import UUID, uuid4

import pytest

import domain
from adapters.payment_provider import HttpPaymentProvider
from domain.funding import settle
from domain.funding.saga import Use
from domain.jobs.schedule import USES_OF_FUNDING, settle_funding
from domain.ports import ProviderUnavailableError
from domain.refusals import Refusal
from mocks.payment_provider import KEY
from tests.support.clock import MovableClock
from tests.support.funded import LATER, VERBS, FundedTown


@pytest.mark.parametrize("name", VERBS)
async def test_nothing_is_begun_that_nobody_could_finish(shop: FundedTown, moved: MovableClock, name: str):
    alone = replace(shop.services(), funding=None)
    with pytest.raises(Refusal) as refused:
        await VERBS[name](shop, alone)
    assert (refused.value.code, await shop.states()) == ("FUNDING_UNAVAILABLE", [])
    shop.provider.silent = {"authorise"}
    with pytest.raises(Refusal):
        await VERBS[name](shop, shop.services())
    moved.forward(LATER)
    assert await settle_funding(alone) == 0
    assert await shop.states() == [0], "left to a process that knows the provider"
    shop.provider.silent = set()
    assert await settle_funding(shop.services()) == 1
    await shop.assert_even()


def test_the_job_knows_every_use_of_money_from_outside():
    """What it does not know stays open at the provider for ever."""
    modules = [import_module(found.name) for found in walk_packages(domain.__path__, "domain.")]
    declared = {use.operation: use for module in modules for use in vars(module).values() if isinstance(use, Use)}
    assert declared == {use.operation: use for use in USES_OF_FUNDING}


async def left_open(shop: FundedTown, moved: MovableClock, many: int) -> list[UUID]:
    """Keys whose authorisations got no answer."""
    keys = [uuid4() for _ in range(many)]
    shop.provider.silent = {"authorise"}
    for shop.key in keys:
        with pytest.raises(Refusal):
            await shop.pays(shop.services())
    shop.provider.silent = set()
    moved.forward(LATER)
    return keys


async def test_a_provider_that_is_away_is_called_a_few_times_a_run(
    shop: FundedTown, moved: MovableClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(settle, "GIVE_UP", 3)
    await left_open(shop, moved, 5)
    shop.provider.silent = {"void"}
    before = len(shop.provider.calls)
    assert await settle_funding(shop.services()) == 0
    assert len(shop.provider.calls) == before + 3
    shop.provider.silent = set()
    assert await settle_funding(shop.services()) == 5
    await shop.assert_even()


async def test_calls_without_an_answer_here_and_there_do_not_end_the_run(
    shop: FundedTown, moved: MovableClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(settle, "GIVE_UP", 2)
    await left_open(shop, moved, 6)

    class EverySecond(HttpPaymentProvider):
        calls = 0

        async def void(self, reference: UUID) -> None:
            self.calls += 1
            if self.calls % 2:
                raise ProviderUnavailableError
            await super().void(reference)

    services = replace(shop.services(), funding=EverySecond(shop.provider.address, KEY))
    assert await settle_funding(services) == 3
    assert await settle_funding(shop.services()) == 3
    await shop.assert_even()
