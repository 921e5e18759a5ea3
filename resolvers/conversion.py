"""Conversions: input in, one domain call, a view out."""

from uuid import UUID

from domain.assets.refusals import UnknownAssetError
from domain.conversions import convert as converting
from domain.conversions import quote as quoting
from domain.conversions import rates as setting
from domain.conversions.reads import Rate, rates_of
from domain.conversions.receipts import Received
from domain.ledger.kinds import Operation
from domain.ledger.refusals import UnknownWalletError
from domain.municipalities import reads as municipalities
from domain.programmes.refusals import UnknownProgrammeError
from resolvers.conversion_views import Conversion, ConvertSuccess, QuoteConversionSuccess, SetConversionRateSuccess
from resolvers.payments import actor, journal_of
from resolvers.value import TownCode, town_of
from resolvers.views import BalanceAfter
from schema.context import MeguruInfo
from schema.conversion_inputs import ConvertInput, QuoteConversionInput, SetConversionRateInput
from schema.ids import ID, Prefix, read, read_number

RATES_LIMIT = 100


async def conversion_rates(info: MeguruInfo, municipality: TownCode) -> list[Rate]:
    """The rates of a town, in force or to come."""
    town = await municipalities.by_code(municipality)
    return [] if town is None else await rates_of(town.id, info.context.services.clock(), RATES_LIMIT)


async def set_conversion_rate(info: MeguruInfo, input: SetConversionRateInput) -> SetConversionRateSuccess:
    """A new rate."""
    viewer = actor(info, "setConversionRate")
    town = await town_of(input.municipality)
    programme = read(Prefix.PROGRAMME, input.programme_id)
    if programme is None or programme[0] != town:
        raise UnknownProgrammeError
    new = setting.NewRate(
        _asset(input.from_asset_id, town),
        _asset(input.to_asset_id, town),
        programme[1],
        input.numerator,
        input.denominator,
        input.minimum_unit,
        input.cap_per_day,
        input.starts_at,
    )
    return SetConversionRateSuccess(await setting.set_rate(info.context.services, viewer, town, new))


async def quote_conversion(info: MeguruInfo, input: QuoteConversionInput) -> QuoteConversionSuccess:
    """What `convert` would do now."""
    viewer = actor(info, "quoteConversion")
    town, wallet, given, taken = _parties(input.wallet_id, input.from_asset_id, input.to_asset_id)
    return QuoteConversionSuccess(
        await quoting.quote_conversion(info.context.services, viewer, town, wallet, given, taken, input.amount)
    )


async def convert(info: MeguruInfo, input: ConvertInput) -> ConvertSuccess:
    """Converts value of a wallet into other value."""
    viewer = actor(info, "convert")
    town, wallet, given, taken = _parties(input.wallet_id, input.from_asset_id, input.to_asset_id)
    info.context.municipality = town
    what = converting.Convert(
        input.idempotency_key, town, wallet, given, taken, input.amount, input.expected_amount, input.valid_until
    )
    posted = await converting.convert(info.context.services, viewer, what)
    balances, received = posted.receipt.balances, posted.receipt.section(Received).portion
    moved = [
        BalanceAfter(given, -posted.receipt.amount, balances[given]),
        BalanceAfter(taken, received.amount, balances[taken]),
    ]
    return ConvertSuccess(
        Conversion(journal_of(posted, viewer, Operation.CONVERT, wallet, None)), moved, posted.replayed
    )


def _parties(wallet_id: ID, from_asset_id: ID, to_asset_id: ID) -> tuple[int, UUID, int, int]:
    wallet = read(Prefix.WALLET, wallet_id)
    if wallet is None:
        raise UnknownWalletError
    return *wallet, _asset(from_asset_id, wallet[0]), _asset(to_asset_id, wallet[0])


def _asset(unchecked: ID, municipality: int) -> int:
    found = read_number(Prefix.ASSET, unchecked)
    if found is None or found[0] != municipality:
        raise UnknownAssetError
    return found[1]
