"""What a payment would do now: the planner of `pay`, without a trace."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.ledger import spend_order
from domain.ledger.book import Account
from domain.ledger.reads import wallet_accounts
from domain.ledger.refusals import InsufficientBalanceError, StoreNotAcceptingError, UnknownPayeeError, UnknownWalletError, WalletFrozenError
from domain.merchants import reads as merchants
from domain.merchants.reads import Store
from domain.payments.limits import check_amount, payment_maximum
from domain.residents import reads as residents
from domain.residents.reads import Wallet
from domain.services import Services
from domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Part:
    """What one lot would give. Whole units."""

    municipality: int
    asset: int
    lot: int
    amount: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Quote:
    """A payment that has not happened. Whole units."""

    wallet: Wallet
    store: Store
    amount: int
    available_after: int
    parts: tuple[Part, ...]


async def quote(services: Services, viewer: Viewer, municipality: int, wallet_id: UUID, store_id: UUID, amount: int) -> Quote:
    """The allocation that `pay` would make at this instant, or the refusal that it would answer."""
    check_amount(amount, await payment_maximum(services, municipality))
    wallet = await residents.wallet_for(viewer, municipality, wallet_id)
    if wallet is None or not await residents.may_use(viewer, municipality, wallet_id):
        raise UnknownWalletError
    store = await merchants.by_id(municipality, store_id)
    if store is None:
        raise UnknownPayeeError
    if wallet.frozen:
        raise WalletFrozenError
    if not store.accepting:
        raise StoreNotAcceptingError
    now = services.clock()
    lots = spend_order.spendable(await wallet_accounts(municipality, wallet_id, now), now)
    return Quote(wallet, store, amount, _total(lots) - amount, tuple(_parts(municipality, lots, amount)))


def _parts(municipality: int, lots: list[Account], amount: int) -> Iterable[Part]:
    taken = spend_order.allocate(lots, amount)
    if taken is None:
        raise InsufficientBalanceError(available=_total(lots), asked=amount)
    return [Part(municipality, lot.asset, lot.lot, part, lot.expires_at) for lot, part in taken]


def _total(lots: list[Account]) -> int:
    return sum(lot.available for lot in lots)
