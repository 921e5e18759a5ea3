"""What mutations about people answer."""

from datetime import datetime

import strawberry

from schema.core.refusals import Payload


@strawberry.type(description="What `recordClaim` answers.")
class RecordClaimPayload(Payload):
    """What was verified is recorded."""

    verified_at: datetime | None = strawberry.field(default=None, description="Time of the record, in UTC.")
