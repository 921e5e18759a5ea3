"""What mutations of uploads, of grants by file and of grants above a threshold answer."""

from typing import Annotated

import strawberry

from schema import bulk_errors, errors
from schema.bulk import (
    ApproveBulkGrantSuccess,
    ApproveGrantSuccess,
    CancelBulkGrantSuccess,
    CheckBulkGrantSuccess,
    CreateUploadSuccess,
    PauseBulkGrantSuccess,
    ProposeGrantSuccess,
    ResumeBulkGrantSuccess,
    SetGrantThresholdsSuccess,
    StartBulkGrantSuccess,
    UndoBulkGrantSuccess,
)
from schema.results import LEDGER

FILE = (
    bulk_errors.UnknownUploadError | bulk_errors.UploadNotReadyError | bulk_errors.WrongEncodingError | bulk_errors.UnreadableFileError
    | errors.UnknownProgrammeError | errors.ProgrammeClosedError | errors.UnknownAssetError | errors.NotPermittedError
)  # fmt: skip
STATE = bulk_errors.UnknownBulkGrantError | bulk_errors.BulkGrantStateError | errors.NotPermittedError

CreateUploadResult = Annotated[
    CreateUploadSuccess | bulk_errors.TooManyUploadsError | errors.NotPermittedError,
    strawberry.union("CreateUploadResult", description="What `createUpload` answers."),
]
CheckBulkGrantResult = Annotated[CheckBulkGrantSuccess | FILE, strawberry.union("CheckBulkGrantResult", description="What `checkBulkGrant` answers.")]
StartBulkGrantResult = Annotated[
    StartBulkGrantSuccess | bulk_errors.InvalidRowsError | bulk_errors.SameFileError | bulk_errors.UploadUsedError | errors.BudgetExceededError
    | bulk_errors.UnknownBulkGrantError | errors.KeyReusedError | FILE,
    strawberry.union("StartBulkGrantResult", description="What `startBulkGrant` answers."),
]  # fmt: skip
ApproveBulkGrantResult = Annotated[
    ApproveBulkGrantSuccess | errors.ApproverIsProposerError | STATE,
    strawberry.union("ApproveBulkGrantResult", description="What `approveBulkGrant` answers."),
]
PauseBulkGrantResult = Annotated[
    PauseBulkGrantSuccess | STATE, strawberry.union("PauseBulkGrantResult", description="What `pauseBulkGrant` answers.")
]
ResumeBulkGrantResult = Annotated[
    ResumeBulkGrantSuccess | STATE, strawberry.union("ResumeBulkGrantResult", description="What `resumeBulkGrant` answers.")
]
CancelBulkGrantResult = Annotated[
    CancelBulkGrantSuccess | STATE | errors.BusyError | errors.OutcomeUnknownError,
    strawberry.union("CancelBulkGrantResult", description="What `cancelBulkGrant` answers."),
]
UndoBulkGrantResult = Annotated[UndoBulkGrantSuccess | STATE, strawberry.union("UndoBulkGrantResult", description="What `undoBulkGrant` answers.")]
ProposeGrantResult = Annotated[
    ProposeGrantSuccess | errors.UnknownProgrammeError | errors.UnknownWalletError | errors.AmountOutOfRangeError | errors.KeyReusedError
    | errors.NotPermittedError,
    strawberry.union("ProposeGrantResult", description="What `proposeGrant` answers."),
]  # fmt: skip
ApproveGrantResult = Annotated[
    ApproveGrantSuccess | bulk_errors.AlreadyGrantedError | errors.UnknownJournalError | errors.ApproverIsProposerError
    | errors.BudgetExceededError | errors.CapExceededError | errors.UnknownProgrammeError | errors.ProgrammeClosedError | errors.NotEligibleError
    | errors.UnknownWalletError | errors.UnknownAssetError | errors.WalletFrozenError | errors.BalanceCapError | errors.NotPermittedError | LEDGER,
    strawberry.union("ApproveGrantResult", description="What `approveGrant` answers."),
]  # fmt: skip
SetGrantThresholdsResult = Annotated[
    SetGrantThresholdsSuccess | errors.NotPermittedError,
    strawberry.union("SetGrantThresholdsResult", description="What `setGrantThresholds` answers."),
]
