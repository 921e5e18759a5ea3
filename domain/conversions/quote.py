"""Quotes of conversions: the computation of `convert`, without writing anything."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assets.limits import check_amount
from domain.assets.lots import opens_no_lot
from domain.conversions.convert import AMOUNT_MAXIMUM
from domain.conversions.offer import ConversionLimits, offer_of, worked_out
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
    """A quote of a conversion. Amounts in whole units.

    expires_at: the end of the received value, exclusive. left_today: what the person may still convert today after it;
    None: no limit.
    """

    municipality: int
    from_asset: int
    to_asset: int
    amount: int
    received_amount: int
    expires_at: datetime | None
    left_today: int | None


@opens_no_lot
async def quote_conversion(
    services: Services, viewer: Viewer, municipality: int, wallet_id: UUID, from_asset: int, to_asset: int, amount: int
) -> ConversionQuote:
    """Compute what `convert` would do now, or raise the refusal that it would raise."""
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
    limits = ConversionLimits(today, await caps_left(offer.caps), budget, totals.get(to_asset, 0))
    converted = worked_out(offer, amount, accounts, limits, now)
    cap = offer.rate.cap_per_day
    return ConversionQuote(
        municipality=municipality,
        from_asset=from_asset,
        to_asset=to_asset,
        amount=converted.spent,
        received_amount=converted.received,
        expires_at=offer.lot.expires_at,
        left_today=None if cap is None else cap - today - converted.spent,
    )
