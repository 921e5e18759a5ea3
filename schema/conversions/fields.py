"""Root fields of conversions."""

import strawberry

from domain.assets.refusals import AmountOutOfRangeError, UnknownAssetError
from domain.conversions.refusals import ConversionAmountError, ConversionCapError, NoConversionRateError
from domain.ledger.kinds import Operation
from domain.ledger.refusals import (
    BalanceCapError,
    InsufficientBalanceError,
    QuoteChangedError,
    UnknownWalletError,
    WalletFrozenError,
)
from domain.programmes.refusals import (
    BudgetExceededError,
    CapExceededError,
    NotEligibleError,
    ProgrammeClosedError,
    UnknownProgrammeError,
    ValueBoundError,
)
from domain.refusals import InvalidInputError
from resolvers import conversions
from schema.conversions.results import ConvertPayload, QuoteConversionPayload, SetConversionRatePayload
from schema.conversions.types import ConversionRate
from schema.core.fields import EVERYBODY, FINANCE, RESIDENT, mutation, query

CONVERSION_REFUSALS = (
    NoConversionRateError,
    ConversionAmountError,
    ConversionCapError,
    InsufficientBalanceError,
    UnknownWalletError,
    UnknownAssetError,
    UnknownProgrammeError,
    ProgrammeClosedError,
    NotEligibleError,
    CapExceededError,
    ValueBoundError,
    BudgetExceededError,
    BalanceCapError,
    WalletFrozenError,
    AmountOutOfRangeError,
)
"""What both a conversion and its quote may refuse."""


@strawberry.type
class ConversionsQuery:
    """Rates and quotes."""

    conversion_rates = query(
        conversions.conversion_rates,
        list[ConversionRate],
        roles=EVERYBODY,
        description=("The rates of a municipality that are in force or to come. For everybody, also without a token."),
    )
    quote_conversion = query(
        conversions.quote_conversion,
        QuoteConversionPayload,
        roles=RESIDENT,
        refuses=CONVERSION_REFUSALS,
        description="What `convert` would bring now, without a trace. For residents.",
    )


@strawberry.type
class ConversionsMutation:
    """Conversions, and the rates at which they are made."""

    set_conversion_rate = mutation(
        conversions.set_conversion_rate,
        SetConversionRatePayload,
        roles=FINANCE,
        refuses=(InvalidInputError, UnknownAssetError, UnknownProgrammeError),
        description=(
            "Sets a rate at which residents convert value, from an instant on. For finance officers of the"
            " municipality."
        ),
    )
    convert = mutation(
        conversions.convert,
        ConvertPayload,
        roles=RESIDENT,
        operation=Operation.CONVERT,
        refuses=(*CONVERSION_REFUSALS, QuoteChangedError),
        description=(
            "Converts value of a wallet into other value at the municipality's rate. For residents, from wallets that"
            " they may use."
        ),
    )
