"""The rules of a town at one shop: which of a wallet's lots may be spent there.

Read before the ledger is asked; pure afterwards.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from domain.assets.kinds import PAYABLE
from domain.assets.reads import ASSETS, Asset
from domain.conditions.acceptance import EVERYWHERE, Acceptance
from domain.ledger.book import Account
from domain.ledger.refusals import UnknownPayeeError
from domain.programmes.reads import PROGRAMMES, Programme
from domain.services import Services
from domain.stores.reads import STORES, Store

T = TypeVar("T")


class StaleRulesError(Exception):
    """A lot of an asset or programme that is newer than what this process knows: read the rules again."""


@dataclass(frozen=True, slots=True)
class StoreRules:
    """Assets and programmes at one shop; `excluded` assets are left alone at the payer's wish."""

    store: Store
    assets: Mapping[int, Asset]
    programmes: Mapping[UUID, Programme]
    excluded: frozenset[int] = frozenset()

    def usable(self, account: Account, at: datetime) -> bool:
        """Whether the lot may be spent at the shop at this instant."""
        asset = self.asset(account)
        return (
            asset.kind in PAYABLE
            and account.asset not in self.excluded
            and account.usable(at)
            and asset.acceptance.open_to(self.store, at)
            and self._of_programme(account).open_to(self.store, at)
        )

    def restricted(self, account: Account) -> bool:
        """Whether there are shops that do not take it, or amounts that it cannot pay.

        Then it goes first, and the rest fills up.
        """
        asset = self.asset(account)
        return asset.minimum_unit > 1 or asset.acceptance.restricted or self._of_programme(account).restricted

    def unit(self, account: Account) -> int:
        """The least that may be spent of it. Whole units."""
        return self.asset(account).minimum_unit

    def asset(self, account: Account) -> Asset:
        """The asset of a lot; StaleRulesError for one that is newer than what is known."""
        found = self.assets.get(account.asset)
        if found is None:
            raise StaleRulesError
        return found

    def _of_programme(self, account: Account) -> Acceptance:
        if account.programme_id is None:
            return EVERYWHERE
        found = self.programmes.get(account.programme_id)
        if found is None:
            raise StaleRulesError
        return found.acceptance


async def rules_of(services: Services, municipality: int, store_id: UUID, excluded: Iterable[int] = ()) -> StoreRules:
    """The rules of a town at a shop, some seconds old at most; UnknownPayeeError."""
    store = await services.shared(STORES).of((municipality, store_id))
    if store is None:
        raise UnknownPayeeError
    assets = {asset.id: asset for asset in await services.shared(ASSETS).of(municipality)}
    programmes = {programme.id: programme for programme in await services.shared(PROGRAMMES).of(municipality)}
    return StoreRules(store, assets, programmes, frozenset(excluded))


async def with_rules(
    services: Services,
    municipality: int,
    store_id: UUID,
    excluded: Iterable[int],
    run: Callable[[StoreRules], Awaitable[T]],
) -> T:
    """Runs with the rules as remembered; once more with the rules of this moment if a lot is newer than them."""
    try:
        return await run(await rules_of(services, municipality, store_id, excluded))
    except StaleRulesError:
        services.shared(ASSETS).forget(municipality)
        services.shared(PROGRAMMES).forget(municipality)
        return await run(await rules_of(services, municipality, store_id, excluded))
