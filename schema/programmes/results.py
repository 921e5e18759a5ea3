"""What mutations of programmes answer."""

import strawberry

from schema.approvals.results import WAITS
from schema.approvals.types import Approval
from schema.core.refusals import Payload, ReplayablePayload
from schema.programmes.types import Programme


@strawberry.type(description="What `createProgramme` answers.")
class CreateProgrammePayload(ReplayablePayload):
    """A new programme with its budget."""

    programme: Programme | None = strawberry.field(default=None, description="The programme.")
    approval: Approval | None = strawberry.field(default=None, description=WAITS)


@strawberry.type(description="What `changeProgramme` answers.")
class ChangeProgrammePayload(Payload):
    """A changed programme."""

    programme: Programme | None = strawberry.field(default=None, description="The programme after the change.")
    approval: Approval | None = strawberry.field(default=None, description=WAITS)


@strawberry.type(description="What `changeBudget` answers.")
class ChangeBudgetPayload(ReplayablePayload):
    """A programme with its changed budget."""

    programme: Programme | None = strawberry.field(
        default=None, description="The programme, with its new `budget` and `budgetLeft`."
    )
    approval: Approval | None = strawberry.field(default=None, description=WAITS)
