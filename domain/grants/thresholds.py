"""A grant above the town's threshold needs a second officer."""

from domain.grants.refusals import ApprovalRequiredError
from domain.ledger.request import RequestKey
from domain.municipalities.thresholds import thresholds_of
from domain.services import Services


async def require_below_threshold(services: Services, key: RequestKey, amount: int) -> None:
    """ApprovalRequiredError above the town's threshold.

    A key that was settled before the town lowered it is answered as before.
    """
    threshold = (await thresholds_of(key.municipality)).single
    if amount > threshold and not await services.ledger.has_ended(key):
        raise ApprovalRequiredError(threshold)
