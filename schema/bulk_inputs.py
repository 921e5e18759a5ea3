"""Inputs of uploads, of grants by file and of grants above a threshold. Nothing here defaults to a meaning of money."""

from uuid import UUID

import strawberry

from schema.bulk_enums import UploadPurpose
from schema.enums import ReversalReason
from schema.ids import ID
from schema.inputs import KEY
from schema.scalars import Amount
from schema.value_inputs import TOWN

BULK = "The bulk grant."


@strawberry.input(description="Asks for an address to send a file to.")
class CreateUploadInput:
    """Asks for an address."""

    municipality: str = strawberry.field(description=TOWN)
    purpose: UploadPurpose = strawberry.field(description="What the file is for.")


@strawberry.input(description="What a file would do in a programme.")
class CheckBulkGrantInput:
    """A dry run."""

    upload_id: ID = strawberry.field(description="The viewer's own upload, after the file was sent.")
    programme_id: ID = strawberry.field(description="The programme; of kind GRANT.")


@strawberry.input(description="Grants the rows of a file.")
class StartBulkGrantInput:
    """A bulk grant."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    upload_id: ID = strawberry.field(description="The viewer's own upload, after the file was sent.")
    programme_id: ID = strawberry.field(description="The programme; of kind GRANT.")
    skip_invalid: bool = strawberry.field(
        description="True: wrong rows are left out. False: a file with a wrong row is refused."
    )
    confirm_same_file: bool | None = strawberry.field(
        default=None,
        description=(
            "True: the officer knows that a file of the same content was granted in this programme, and means to do so"
            " again."
        ),
    )


@strawberry.input(description="A second finance officer approves a bulk grant, and it begins.")
class ApproveBulkGrantInput:
    """An approval."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    bulk_grant_id: ID = strawberry.field(description="The bulk grant; started by somebody else.")


@strawberry.input(description="Stops a bulk grant for a while.")
class PauseBulkGrantInput:
    """A pause."""

    bulk_grant_id: ID = strawberry.field(description="One that is RUNNING.")


@strawberry.input(description="Goes on with a bulk grant.")
class ResumeBulkGrantInput:
    """The end of a pause."""

    bulk_grant_id: ID = strawberry.field(description="One that is PAUSED.")


@strawberry.input(description="Calls off what a bulk grant has not granted yet.")
class CancelBulkGrantInput:
    """A cancellation."""

    bulk_grant_id: ID = strawberry.field(description="One that waits for its approval, or has rows left.")


@strawberry.input(description="Takes back what is left of everything that a bulk grant gave.")
class UndoBulkGrantInput:
    """An undo."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    bulk_grant_id: ID = strawberry.field(description="The bulk grant; finished or cancelled.")
    reason: ReversalReason = strawberry.field(description="Why.")


@strawberry.input(description="Proposes a grant for another officer's approval.")
class ProposeGrantInput:
    """A proposal."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    programme_id: ID = strawberry.field(description="The programme; of kind GRANT.")
    wallet_id: ID = strawberry.field(description="The wallet, of the programme's town.")
    amount: Amount = strawberry.field(description="Whole units, 1 to 10,000,000.")


@strawberry.input(description="Approves another's proposal, and the grant is made.")
class ApproveGrantInput:
    """An approval, and the grant."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    approval_id: ID = strawberry.field(description="The proposal's approval; of somebody else.")


@strawberry.input(description="Above which amounts a second officer approves.")
class SetGrantThresholdsInput:
    """A town's thresholds."""

    municipality: str = strawberry.field(description=TOWN)
    single: Amount = strawberry.field(
        description="The most that one person may grant to a wallet. Whole units; 0: every grant needs approval."
    )
    file: Amount = strawberry.field(description="The most that one person may grant by a file, in total. Whole units.")
