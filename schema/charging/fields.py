"""Root fields of charges."""

import strawberry

from domain.approvals.refusals import UnknownJournalError
from domain.assets.refusals import AmountOutOfRangeError, CounterTriesError, NotWholeUnitsError, UnknownAssetError
from domain.charging.refusals import CancelTooLateError
from domain.codes.refusals import InvalidCodeError
from domain.ledger.kinds import Operation
from domain.ledger.refusals import (
    AlreadyReversedError,
    BalanceCapError,
    ReversalImpossibleError,
    UnknownPayeeError,
    UnknownWalletError,
    WalletFrozenError,
)
from resolvers import charging
from schema.charging.results import CancelChargePayload, ChargePayload, QuoteChargePayload
from schema.core.fields import COUNTER, RESIDENT, mutation, query


@strawberry.type
class ChargingQuery:
    """Quotes of charges."""

    quote_charge = query(
        charging.quote_charge,
        QuoteChargePayload,
        roles=RESIDENT | COUNTER,
        refuses=(UnknownWalletError, UnknownAssetError, InvalidCodeError, AmountOutOfRangeError, NotWholeUnitsError),
        description=(
            "What `charge` would bring now, bonuses included, without a trace. For residents, charge agents and the"
            " municipal desk."
        ),
    )


@strawberry.type
class ChargingMutation:
    """Charges and their cancellation."""

    charge = mutation(
        charging.charge,
        ChargePayload,
        roles=COUNTER,
        operation=Operation.CHARGE,
        refuses=(
            UnknownWalletError,
            UnknownAssetError,
            InvalidCodeError,
            AmountOutOfRangeError,
            NotWholeUnitsError,
            BalanceCapError,
            CounterTriesError,
            WalletFrozenError,
            UnknownPayeeError,
        ),
        description=(
            "Charges a wallet with cash taken at a counter. For staff of a store that is a charge agent, and for the"
            " municipal desk."
        ),
    )
    cancel_charge = mutation(
        charging.cancel_charge,
        CancelChargePayload,
        roles=COUNTER,
        operation=Operation.CANCEL_CHARGE,
        refuses=(
            CancelTooLateError,
            UnknownJournalError,
            AlreadyReversedError,
            ReversalImpossibleError,
            WalletFrozenError,
        ),
        description=(
            "Cancels what is unspent of a charge soon after it; its cash is handed back. For the counter that took it:"
            " store or desk."
        ),
    )
