"""What mutations about staff answer."""

import strawberry

from schema.approvals.results import WAITS
from schema.approvals.types import Approval
from schema.core.ids import ID
from schema.core.refusals import Payload, ReplayablePayload

PERSON = "The person. Until there is sign-in, `meguru tokens issue --person` makes their token."


@strawberry.type(description="What `inviteStaff` answers.")
class InviteStaffPayload(Payload):
    """Somebody who becomes staff."""

    person_id: ID | None = strawberry.field(default=None, description=PERSON)
    approval: Approval | None = strawberry.field(default=None, description=WAITS)


@strawberry.type(description="What `endStaff` answers.")
class EndStaffPayload(Payload):
    """A role that has ended."""

    person_id: ID | None = strawberry.field(default=None, description="The person, who no longer has the role.")


@strawberry.type(description="What `addStoreStaff` answers.")
class AddStoreStaffPayload(ReplayablePayload):
    """Somebody who acts for a store."""

    person_id: ID | None = strawberry.field(default=None, description=PERSON)


@strawberry.type(description="What `endStoreStaff` answers.")
class EndStoreStaffPayload(Payload):
    """Somebody who no longer acts for a store."""

    person_id: ID | None = strawberry.field(default=None, description="The person, who no longer acts for the store.")
