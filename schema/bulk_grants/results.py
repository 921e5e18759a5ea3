"""What mutations of bulk grants answer."""

import strawberry

from schema.approvals.results import WAITS
from schema.approvals.types import Approval
from schema.bulk_grants.checks import BulkGrantCheck
from schema.bulk_grants.types import BulkGrant
from schema.core.refusals import Payload, ReplayablePayload


@strawberry.type(description="What `checkBulkGrant` answers.")
class CheckBulkGrantPayload(Payload):
    """What a file would do."""

    check: BulkGrantCheck | None = strawberry.field(default=None, description="Counts, sums and errors.")


@strawberry.type(description="What `startBulkGrant` answers.")
class StartBulkGrantPayload(ReplayablePayload):
    """A bulk grant that has begun, or waits for its approval."""

    bulk_grant: BulkGrant | None = strawberry.field(
        default=None, description="The bulk grant, RUNNING or AWAITING_APPROVAL; follow it by `bulkGrantProgress`."
    )


@strawberry.type(description="What `approveBulkGrant` answers.")
class ApproveBulkGrantPayload(ReplayablePayload):
    """A bulk grant that was approved, and has begun."""

    bulk_grant: BulkGrant | None = strawberry.field(
        default=None, description="The bulk grant, now RUNNING; follow it by `bulkGrantProgress`."
    )


@strawberry.type(description="What `pauseBulkGrant` answers.")
class PauseBulkGrantPayload(Payload):
    """A paused bulk grant."""

    bulk_grant: BulkGrant | None = strawberry.field(
        default=None, description="The bulk grant, now PAUSED. Rows that were under way may still be granted."
    )


@strawberry.type(description="What `resumeBulkGrant` answers.")
class ResumeBulkGrantPayload(Payload):
    """A resumed bulk grant."""

    bulk_grant: BulkGrant | None = strawberry.field(default=None, description="The bulk grant, now RUNNING.")


@strawberry.type(description="What `cancelBulkGrant` answers.")
class CancelBulkGrantPayload(Payload):
    """A cancelled bulk grant."""

    bulk_grant: BulkGrant | None = strawberry.field(
        default=None,
        description=(
            "The bulk grant, now CANCELLING or CANCELLED. Nothing more is granted; what was granted stays: undo it if"
            " it was wrong."
        ),
    )


@strawberry.type(description="What `undoBulkGrant` answers.")
class UndoBulkGrantPayload(ReplayablePayload):
    """A bulk grant that is being undone."""

    bulk_grant: BulkGrant | None = strawberry.field(
        default=None,
        description=(
            "The bulk grant, now UNDOING or UNDONE, and unchanged while `approval` waits; follow it by"
            " `bulkGrantProgress`."
        ),
    )
    approval: Approval | None = strawberry.field(default=None, description=WAITS)
