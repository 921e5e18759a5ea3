"""Root fields of the ledger as a whole."""

import strawberry

from resolvers import ledger
from schema.core.fields import STAFF, query
from schema.ledger.types import DriftReport, TrialBalance


@strawberry.type
class LedgerQuery:
    """What municipal staff ask of their ledger."""

    drift_report = query(
        ledger.drift_report,
        DriftReport,
        roles=STAFF,
        description=(
            "Stored balances, holds, movements and sequences against the entries. For municipal staff of the"
            " municipality."
        ),
    )
    trial_balance = query(
        ledger.trial_balance,
        TrialBalance,
        roles=STAFF,
        description="The trial balance, now or at a past instant. For municipal staff of the municipality.",
    )
