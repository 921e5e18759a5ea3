"""Root fields of the ledger as a whole."""

import strawberry

from resolvers import ledger
from schema.core.fields import SIGNED_IN, STAFF, query
from schema.ledger.receipts import Receipt
from schema.ledger.types import DriftReport, TrialBalance


@strawberry.type
class LedgerQuery:
    """Receipts by id, and what municipal staff ask of their ledger."""

    receipt = query(
        ledger.receipt,
        Receipt | None,
        roles=SIGNED_IN,
        description=(
            "A receipt by its id; null if there is none that the viewer may see. Kinds that an app does not know"
            " have these fields, too. For the wallet's people, the store's staff and the municipality's staff."
        ),
    )
    drift_report = query(
        ledger.drift_report,
        DriftReport,
        roles=STAFF,
        description=(
            "Stored balances, holds, movements and sequences against the entries; the first 100 differences of each"
            " check. For municipal staff of the municipality."
        ),
    )
    trial_balance = query(
        ledger.trial_balance,
        TrialBalance,
        roles=STAFF,
        description="The trial balance, now or at a past instant. For municipal staff of the municipality.",
    )
