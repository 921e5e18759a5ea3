"""The threshold above which a grant needs approval."""

from domain.grants.refusals import ApprovalRequiredError
from domain.ledger.request import RequestKey
from domain.municipalities.thresholds import thresholds_of
from domain.services import Services


async def require_below_threshold(services: Services, key: RequestKey, amount: int) -> None:
    """Raise ApprovalRequiredError for an amount above the municipality's threshold. Whole units.

    A key that has ended is exempt: the ledger answers it again, also after the threshold was lowered.
    """
    threshold = (await thresholds_of(key.municipality)).single
    if amount > threshold and not await services.ledger.has_ended(key):
        raise ApprovalRequiredError(threshold)
