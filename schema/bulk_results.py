"""What mutations of uploads, of grants by file and of grants above a threshold answer."""

from typing import Annotated

import strawberry
from strawberry.types import Info

from resolvers import bulk_views as views
from schema import bulk_errors, errors
from schema.bulk import BulkGrant, BulkGrantCheck, GrantProposal, GrantThresholds, Upload
from schema.context import Context
from schema.receipts import BalanceAfter, Grant
from schema.results import LEDGER, REPLAYED


@strawberry.type(description="An address for a file.")
class CreateUploadSuccess:
    """An address for a file."""

    upload: Upload = strawberry.field(description="Where to send it.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.CreateUploadSuccess)


@strawberry.type(description="What a file would do.")
class CheckBulkGrantSuccess:
    """What a file would do."""

    check: BulkGrantCheck = strawberry.field(description="Counts, sums and errors.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.CheckBulkGrantSuccess)


@strawberry.type(description="A bulk grant that has begun, or waits for its approval.")
class StartBulkGrantSuccess:
    """A bulk grant that has begun."""

    bulk_grant: BulkGrant = strawberry.field(
        description="The bulk grant, RUNNING or AWAITING_APPROVAL; follow it by `bulkGrantProgress`."
    )
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.StartBulkGrantSuccess)


@strawberry.type(description="A bulk grant that was approved, and has begun.")
class ApproveBulkGrantSuccess:
    """An approved bulk grant."""

    bulk_grant: BulkGrant = strawberry.field(
        description="The bulk grant, now RUNNING; follow it by `bulkGrantProgress`."
    )
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.ApproveBulkGrantSuccess)


@strawberry.type(description="A bulk grant that stands still. Rows that were under way may still be granted.")
class PauseBulkGrantSuccess:
    """A bulk grant that stands still."""

    bulk_grant: BulkGrant = strawberry.field(description="The bulk grant, now PAUSED.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.PauseBulkGrantSuccess)


@strawberry.type(description="A bulk grant that goes on.")
class ResumeBulkGrantSuccess:
    """A bulk grant that goes on."""

    bulk_grant: BulkGrant = strawberry.field(description="The bulk grant, now RUNNING.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.ResumeBulkGrantSuccess)


@strawberry.type(
    description="A bulk grant of which nothing more is granted. What was granted stays: undo it if it was wrong."
)
class CancelBulkGrantSuccess:
    """A bulk grant whose rest is called off."""

    bulk_grant: BulkGrant = strawberry.field(description="The bulk grant, now CANCELLING or CANCELLED.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.CancelBulkGrantSuccess)


@strawberry.type(description="A bulk grant of which what is left is being taken back.")
class UndoBulkGrantSuccess:
    """A bulk grant that is being undone."""

    bulk_grant: BulkGrant = strawberry.field(
        description="The bulk grant, now UNDOING or UNDONE; follow it by `bulkGrantProgress`."
    )
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.UndoBulkGrantSuccess)


@strawberry.type(description="A proposal that waits for another officer.")
class ProposeGrantSuccess:
    """A proposal."""

    proposal: GrantProposal = strawberry.field(
        description="The proposal; give the id of its approval to a finance officer."
    )
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.ProposeGrantSuccess)


@strawberry.type(description="A settled grant of two people.")
class ApproveGrantSuccess:
    """A settled grant."""

    grant: Grant = strawberry.field(description="The receipt of the grant.")
    balances: list[BalanceAfter] = strawberry.field(description="The wallet's balances that moved.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.ApproveGrantSuccess)


@strawberry.type(description="New thresholds; they count from the next grant on.")
class SetGrantThresholdsSuccess:
    """New thresholds."""

    thresholds: GrantThresholds = strawberry.field(description="As they are now.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.SetGrantThresholdsSuccess)


FILE = (
    bulk_errors.UnknownUploadError
    | bulk_errors.UploadNotReadyError
    | bulk_errors.WrongEncodingError
    | bulk_errors.UnreadableFileError
    | errors.UnknownProgrammeError
    | errors.ProgrammeClosedError
    | errors.UnknownAssetError
    | errors.NotPermittedError
)
STATE = bulk_errors.UnknownBulkGrantError | bulk_errors.BulkGrantStateError | errors.NotPermittedError

CreateUploadResult = Annotated[
    CreateUploadSuccess | bulk_errors.TooManyUploadsError | errors.NotPermittedError,
    strawberry.union("CreateUploadResult", description="What `createUpload` answers."),
]
CheckBulkGrantResult = Annotated[
    CheckBulkGrantSuccess | FILE, strawberry.union("CheckBulkGrantResult", description="What `checkBulkGrant` answers.")
]
StartBulkGrantResult = Annotated[
    StartBulkGrantSuccess
    | bulk_errors.InvalidRowsError
    | bulk_errors.SameFileError
    | bulk_errors.UploadUsedError
    | errors.BudgetExceededError
    | bulk_errors.UnknownBulkGrantError
    | errors.KeyReusedError
    | FILE,
    strawberry.union("StartBulkGrantResult", description="What `startBulkGrant` answers."),
]
ApproveBulkGrantResult = Annotated[
    ApproveBulkGrantSuccess | errors.ApproverIsProposerError | STATE,
    strawberry.union("ApproveBulkGrantResult", description="What `approveBulkGrant` answers."),
]
PauseBulkGrantResult = Annotated[
    PauseBulkGrantSuccess | STATE,
    strawberry.union("PauseBulkGrantResult", description="What `pauseBulkGrant` answers."),
]
ResumeBulkGrantResult = Annotated[
    ResumeBulkGrantSuccess | STATE,
    strawberry.union("ResumeBulkGrantResult", description="What `resumeBulkGrant` answers."),
]
CancelBulkGrantResult = Annotated[
    CancelBulkGrantSuccess | STATE | errors.BusyError | errors.OutcomeUnknownError,
    strawberry.union("CancelBulkGrantResult", description="What `cancelBulkGrant` answers."),
]
UndoBulkGrantResult = Annotated[
    UndoBulkGrantSuccess | STATE, strawberry.union("UndoBulkGrantResult", description="What `undoBulkGrant` answers.")
]
ProposeGrantResult = Annotated[
    ProposeGrantSuccess
    | errors.UnknownProgrammeError
    | errors.UnknownWalletError
    | errors.AmountOutOfRangeError
    | errors.KeyReusedError
    | errors.NotPermittedError,
    strawberry.union("ProposeGrantResult", description="What `proposeGrant` answers."),
]
ApproveGrantResult = Annotated[
    ApproveGrantSuccess
    | bulk_errors.AlreadyGrantedError
    | bulk_errors.UnknownProposalError
    | errors.ApproverIsProposerError
    | errors.BudgetExceededError
    | errors.CapExceededError
    | errors.UnknownProgrammeError
    | errors.ProgrammeClosedError
    | errors.NotEligibleError
    | errors.UnknownWalletError
    | errors.UnknownAssetError
    | errors.WalletFrozenError
    | errors.BalanceCapError
    | errors.NotPermittedError
    | LEDGER,
    strawberry.union("ApproveGrantResult", description="What `approveGrant` answers."),
]
SetGrantThresholdsResult = Annotated[
    SetGrantThresholdsSuccess | errors.NotPermittedError,
    strawberry.union("SetGrantThresholdsResult", description="What `setGrantThresholds` answers."),
]
