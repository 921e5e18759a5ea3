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
async def test_nothing_is_begun_that_nobody_could_finish(funded: FundedTown, moved: MovableClock, name: str):
    alone = replace(funded.services(), funding=None)
    with pytest.raises(Refusal) as refused:
        await VERBS[name](funded, alone)
    assert (refused.value.code, await funded.states()) == ("FUNDING_UNAVAILABLE", [])
    funded.provider.silent = {"authorise"}
    with pytest.raises(Refusal):
        await VERBS[name](funded, funded.services())
    moved.forward(LATER)
    assert await settle_funding(alone) == 0
    assert await funded.states() == [0], "left to a process that knows the provider"
    funded.provider.silent = set()
    assert await settle_funding(funded.services()) == 1
    await funded.assert_even()


def test_the_job_knows_every_use_of_money_from_outside():
    """What it does not know stays open at the provider for ever."""
    modules = [import_module(entry.name) for entry in walk_packages(domain.__path__, "domain.")]
    declared = {use.operation: use for module in modules for use in vars(module).values() if isinstance(use, Use)}
    assert declared == {use.operation: use for use in USES_OF_FUNDING}


async def left_open(funded: FundedTown, moved: MovableClock, many: int) -> list[UUID]:
    """Keys whose authorisations got no answer."""
    keys = [uuid4() for _ in range(many)]
    funded.provider.silent = {"authorise"}
    for funded.key in keys:
        with pytest.raises(Refusal):
            await funded.pays(funded.services())
    funded.provider.silent = set()
    moved.forward(LATER)
    return keys


async def test_a_provider_that_is_away_is_called_a_few_times_a_run(
    funded: FundedTown, moved: MovableClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(settle, "GIVE_UP", 3)
    await left_open(funded, moved, 5)
    funded.provider.silent = {"void"}
    before = len(funded.provider.calls)
    assert await settle_funding(funded.services()) == 0
    assert len(funded.provider.calls) == before + 3
    funded.provider.silent = set()
    assert await settle_funding(funded.services()) == 5
    await funded.assert_even()


async def test_calls_without_an_answer_here_and_there_do_not_end_the_run(
    funded: FundedTown, moved: MovableClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(settle, "GIVE_UP", 2)
    await left_open(funded, moved, 6)

    class EverySecond(HttpPaymentProvider):
        calls = 0

        async def void(self, reference: UUID) -> None:
            self.calls += 1
            if self.calls % 2:
                raise ProviderUnavailableError
            await super().void(reference)

    services = replace(funded.services(), funding=EverySecond(funded.provider.address, KEY))
    assert await settle_funding(services) == 3
    assert await settle_funding(funded.services()) == 3
    await funded.assert_even()
