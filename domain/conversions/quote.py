"""What a conversion would do now: the calculation of `convert`, without a trace."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assets.limits import check_amount
from domain.conversions.convert import AMOUNT_MAXIMUM
from domain.conversions.offer import Counted, offer_of, worked_out
from domain.ledger.reads import guard_values, wallet_totals
from domain.ledger.refusals import WalletFrozenError
from domain.programmes.caps import left as caps_left
from domain.programmes.reads import PROGRAMMES, budgets_left
from domain.programmes.store_rules import StaleRulesError
from domain.residents import reads as residents
from domain.services import Services
from domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class ConversionQuote:
    """A conversion that has not happened. Whole units; `expires_at` exclusive; `left_today` None: no limit."""

    municipality: int
    from_asset: int
    to_asset: int
    amount: int
    received_amount: int
    expires_at: datetime | None
    left_today: int | None


async def quote_conversion(
    services: Services, viewer: Viewer, municipality: int, wallet_id: UUID, from_asset: int, to_asset: int, amount: int
) -> ConversionQuote:
    """What `convert` would do at this instant, or the refusal that it would answer."""
    check_amount(amount, AMOUNT_MAXIMUM)
    wallet = await residents.own_wallet(viewer, municipality, wallet_id)
    if wallet.frozen:
        raise WalletFrozenError
    try:
        return await _quote(services, municipality, wallet_id, from_asset, to_asset, amount)
    except StaleRulesError:
        services.shared(PROGRAMMES).forget(municipality)
        return await _quote(services, municipality, wallet_id, from_asset, to_asset, amount)


async def _quote(
    services: Services, municipality: int, wallet_id: UUID, from_asset: int, to_asset: int, amount: int
) -> ConversionQuote:
    offer = await offer_of(services, municipality, wallet_id, from_asset, to_asset)
    now = services.clock()
    accounts, totals = await wallet_totals(municipality, wallet_id, now)
    [today] = await guard_values([offer.of_today])
    [budget] = await budgets_left([(municipality, offer.programme.id)])
    done = worked_out(
        offer, amount, accounts, Counted(today, await caps_left(offer.caps), budget, totals.get(to_asset, 0)), now
    )
    cap = offer.rate.cap_per_day
    left = None if cap is None else cap - today - done.spent
    return ConversionQuote(municipality, from_asset, to_asset, done.spent, done.received, offer.lot.expires_at, left)
