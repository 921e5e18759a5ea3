"""Runs over everybody's wallets: one that cannot be done does not keep the others from what is theirs."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.expiry import expire as expiring
from domain.expiry import remind as reminding
from domain.expiry.expire import expire
from domain.expiry.remind import remind
from domain.ledger.kinds import JournalKind
from domain.ledger.ledger import Ledger
from domain.services import Services
from tests.support.api import Api
from tests.support.clock import MovableClock
from tests.support.lifecycle import journals
from tests.support.town import People


class Broken:
    """A ledger that fails for one wallet."""

    def __init__(self, poster: Any, wallet: UUID) -> None:
        self._poster, self._wallet = poster, wallet

    async def post(self, request: Any) -> Any:
        if self._wallet in request.holders:
            raise RuntimeError
        return await self._poster.post(request)


async def wallets_with_ending_value(api: Api) -> list[UUID]:
    points = await api.asset("POINT", expiryRule="FIXED_DATE", expiresOn=api.day(timedelta(days=20)))
    programme = await api.programme(points, 10_000)
    wallets = [(await api.town.new_resident())[1] for _ in range(4)]
    for wallet in wallets:
        await api.grant(programme, 100, wallet)
    return wallets


@pytest.mark.parametrize("place", [0, 3])
async def test_expiry_and_reminders_go_on_behind_a_wallet_that_fails(
    town: People, moved: MovableClock, monkeypatch: pytest.MonkeyPatch, place: int
):
    monkeypatch.setattr(expiring, "PAGE", 1)
    monkeypatch.setattr(reminding, "PAGE", 1)
    api = Api(town)
    wallets = sorted(await wallets_with_ending_value(api), key=str)
    broken: Any = Broken(town.services.ledger._poster, wallets[place])
    services: Services = replace(town.services, ledger=Ledger(broken))
    moved.forward(timedelta(days=15))
    with pytest.raises(RuntimeError):
        await remind(services)
    assert await journals(api, JournalKind.EXPIRY_REMINDER) == 3
    moved.forward(timedelta(days=10))
    with pytest.raises(RuntimeError):
        await expire(services)
    assert await journals(api, JournalKind.EXPIRY) == 3
    await expire(town.services)
    assert await journals(api, JournalKind.EXPIRY) == 4
    await town.assert_sound()
