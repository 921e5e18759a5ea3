"""Conversions: input in, one domain call, the contract's type out."""

from domain.controls import settings
from domain.controls.change import change
from domain.conversions import convert as converting
from domain.conversions import quote as quoting
from domain.conversions.convert import Convert
from domain.conversions.reads import rates_of
from domain.conversions.receipts import Received
from domain.ledger.kinds import Operation
from domain.ledger.request import Posted
from resolvers.journals import journal_of
from schema.approvals.types import approval_of
from schema.conversions.inputs import ConvertInput, QuoteConversionInput, SetConversionRateInput
from schema.conversions.results import ConvertPayload, QuoteConversionPayload, SetConversionRatePayload
from schema.conversions.types import Conversion, ConversionQuote, ConversionRate
from schema.core.context import MeguruInfo
from schema.core.scalars import SignedAmount
from schema.ledger.balances import BalanceAfter
from schema.municipalities.types import MunicipalityCode, list_of, number_of


async def conversion_rates(info: MeguruInfo, municipality: MunicipalityCode) -> list[ConversionRate]:
    """The rates of a municipality that are in force or to come."""
    now = info.context.services.clock()
    rows = await list_of(municipality, lambda number: rates_of(number, now))
    return [ConversionRate(rate=row) for row in rows]


async def set_conversion_rate(info: MeguruInfo, input: SetConversionRateInput) -> SetConversionRatePayload:
    """Sets a rate."""
    municipality = await number_of(input.municipality)
    changed = await change(
        info.context.services, info.context.signed_in, settings.CONVERSION_RATE, municipality, input.rate(municipality)
    )
    if changed.result is None:
        return SetConversionRatePayload(approval=approval_of(changed.approval))
    return SetConversionRatePayload(rate=ConversionRate(rate=changed.result))


async def quote_conversion(info: MeguruInfo, input: QuoteConversionInput) -> QuoteConversionPayload:
    """Quotes a conversion."""
    municipality, wallet_id, from_asset, to_asset = input.parties()
    quote = await quoting.quote_conversion(
        info.context.services, info.context.signed_in, municipality, wallet_id, from_asset, to_asset, input.amount
    )
    return QuoteConversionPayload(quote=ConversionQuote(quote=quote))


async def convert(info: MeguruInfo, input: ConvertInput) -> ConvertPayload:
    """Converts value of a wallet into other value."""
    viewer, conversion = info.context.signed_in, input.conversion()
    info.context.municipality = conversion.municipality
    posted = await converting.convert(info.context.services, viewer, conversion)
    journal = journal_of(posted, viewer=viewer, operation=Operation.CONVERT, wallet_id=conversion.wallet_id)
    return ConvertPayload(
        conversion=Conversion(journal=journal), balances=_balances(posted, conversion), replayed=posted.replayed
    )


def _balances(posted: Posted, conversion: Convert) -> list[BalanceAfter]:
    """The wallet's balances of what was converted, and of what was received."""
    received = posted.receipt.section(Received).portion.amount
    moved = {conversion.from_asset: -posted.receipt.amount, conversion.to_asset: received}
    return [
        BalanceAfter(number=asset, moved=SignedAmount(amount), posted=SignedAmount(posted.receipt.balances[asset]))
        for asset, amount in moved.items()
    ]
