"""What changes of a municipality answer."""

import strawberry

from schema.approvals.results import WAITS
from schema.approvals.types import Approval
from schema.core.refusals import Payload
from schema.municipalities.types import Municipality


@strawberry.type(description="What `setChargeCancellation` answers.")
class SetChargeCancellationPayload(Payload):
    """How long counters may cancel."""

    municipality: Municipality | None = strawberry.field(default=None, description="The municipality.")
    approval: Approval | None = strawberry.field(default=None, description=WAITS)
