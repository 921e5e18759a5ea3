"""The rules that decide which lots of a wallet may be spent at a store.

They are read before the request goes to the ledger, and are pure from then on.
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
from domain.ledger.kept_away import SpendingRule
from domain.ledger.refusals import UnknownPayeeError
from domain.programmes.reads import PROGRAMMES, Programme
from domain.services import Services
from domain.stores.reads import STORES, Store

T = TypeVar("T")


class StaleRulesError(Exception):
    """A lot belongs to an asset or programme newer than the cached rules: read the rules again."""


@dataclass(frozen=True, slots=True)
class StoreRules:
    """The assets and programmes of a municipality at one store; the payer has `excluded` some assets."""

    store: Store
    assets: Mapping[int, Asset]
    programmes: Mapping[UUID, Programme]
    excluded: frozenset[int] = frozenset()

    def obstacle(self, account: Account, at: datetime) -> SpendingRule | None:
        """Return the rule by which a lot may not be spent at the store at this instant; None: it may be."""
        asset = self.asset(account)
        if asset.kind not in PAYABLE:
            return SpendingRule.NOT_PAYABLE
        if account.asset in self.excluded:
            return SpendingRule.EXCLUDED
        return (
            account.obstacle(at)
            or asset.acceptance.obstacle(self.store, at)
            or self._of_programme(account).obstacle(self.store, at)
        )

    def restricted(self, account: Account) -> bool:
        """Whether some stores do not accept the lot, or some amounts cannot be paid with it.

        Restricted lots are spent first; unrestricted lots cover the rest of the amount.
        """
        asset = self.asset(account)
        return asset.minimum_unit > 1 or asset.acceptance.restricted or self._of_programme(account).restricted

    def unit(self, account: Account) -> int:
        """Return the asset's minimum unit. Whole units."""
        return self.asset(account).minimum_unit

    def maximum(self, account: Account) -> int:
        """Return the most of the lot's asset that one payment uses. Whole units."""
        return self.asset(account).payment_maximum

    def asset(self, account: Account) -> Asset:
        """Return the asset of a lot; StaleRulesError if it is newer than the rules."""
        asset = self.assets.get(account.asset)
        if asset is None:
            raise StaleRulesError
        return asset

    def _of_programme(self, account: Account) -> Acceptance:
        if account.programme_id is None:
            return EVERYWHERE
        programme = self.programmes.get(account.programme_id)
        if programme is None:
            raise StaleRulesError
        return programme.acceptance


async def rules_of(services: Services, municipality: int, store_id: UUID, excluded: Iterable[int] = ()) -> StoreRules:
    """Return the rules at a store, at most `cache.SECONDS` old; UnknownPayeeError if there is no such store."""
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
    """Run with the cached rules; if a lot is newer than them, run once more with the rules read again."""
    try:
        return await run(await rules_of(services, municipality, store_id, excluded))
    except StaleRulesError:
        services.shared(ASSETS).forget(municipality)
        services.shared(PROGRAMMES).forget(municipality)
        return await run(await rules_of(services, municipality, store_id, excluded))
