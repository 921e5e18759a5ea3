"""Refusals of uploads, of grants by file and of grants above a threshold."""

import strawberry

from schema.bulk_enums import BulkGrantState, UploadState
from schema.ids import ID
from schema.scalars import Amount
from schema.user_error import UserError

ROW = "The row, as a spreadsheet numbers it: the header is row 1."


@strawberry.type(description="No such upload of the person in the town, or one for something else.")
class UnknownUploadError(UserError):
    """See the description."""


@strawberry.type(description="The file has not arrived whole, or has been erased.")
class UploadNotReadyError(UserError):
    """See the description."""

    upload_state: UploadState = strawberry.field(description="Why.")


@strawberry.type(description="So many addresses of the person wait for their files already.")
class TooManyUploadsError(UserError):
    """See the description."""

    maximum_count: int = strawberry.field(description="How many may wait.")


@strawberry.type(description="The file is neither UTF-8 nor Shift_JIS.")
class WrongEncodingError(UserError):
    """See the description."""

    row: int = strawberry.field(description=ROW)
    byte: int = strawberry.field(
        description="The first byte that fits neither, counted from 1 at the beginning of the file."
    )


@strawberry.type(description="The file is not a table that can be read.")
class UnreadableFileError(UserError):
    """See the description."""

    row: int = strawberry.field(description=ROW)
    problem: str = strawberry.field(
        description="What is wrong, for logic: FILE_EMPTY, FILE_QUOTES, FILE_MISSING_COLUMN and so on."
    )


@strawberry.type(
    description=(
        "The file has wrong rows, and nobody said to skip them; or all of its rows are wrong. `checkBulkGrant` lists"
        " them."
    )
)
class InvalidRowsError(UserError):
    """See the description."""

    invalid_count: int = strawberry.field(description="Rows that cannot be granted.")
    row_count: int = strawberry.field(description="All rows.")


@strawberry.type(
    description=(
        "A file of the same content has been granted in this programme. To grant it again, send `confirmSameFile:"
        " true`."
    )
)
class SameFileError(UserError):
    """See the description."""

    bulk_grant_id: ID = strawberry.field(description="The earlier one.")


@strawberry.type(description="The upload has its bulk grant already; send the file again for another.")
class UploadUsedError(UserError):
    """See the description."""

    bulk_grant_id: ID = strawberry.field(description="What was started with it.")


@strawberry.type(description="No such bulk grant in the towns of the viewer.")
class UnknownBulkGrantError(UserError):
    """See the description."""


@strawberry.type(description="Not possible in the present state of the bulk grant.")
class BulkGrantStateError(UserError):
    """See the description."""

    bulk_grant_state: BulkGrantState = strawberry.field(description="Where it is.")


@strawberry.type(description="No such proposed grant in the town.")
class UnknownProposalError(UserError):
    """See the description."""


@strawberry.type(description="The proposal was granted under another key.")
class AlreadyGrantedError(UserError):
    """See the description."""


@strawberry.type(
    description="More than the town lets one person grant: use `proposeGrant`, and another officer `approveGrant`."
)
class ApprovalRequiredError(UserError):
    """See the description."""

    threshold: Amount = strawberry.field(description="The most that one person may grant. Whole units.")
