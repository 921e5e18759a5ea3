"""Root fields of bulk grants."""

import strawberry

from domain.approvals.refusals import ApprovalStaleError, ApprovalStateError, ApproverIsProposerError
from domain.assets.refusals import UnknownAssetError
from domain.bulk_grants.refusals import (
    BulkGrantStateError,
    InvalidRowsError,
    PossibleDuplicatesError,
    SameFileError,
    UnknownBulkGrantError,
    UnreadableFileError,
    UploadUsedError,
    WrongEncodingError,
)
from domain.ledger.refusals import KeyReusedError
from domain.programmes.refusals import BudgetExceededError, ProgrammeClosedError, UnknownProgrammeError
from domain.refusals import BusyError
from domain.uploads.refusals import UnknownUploadError, UploadNotReadyError
from resolvers import bulk_grants as bulk_grant_resolvers
from schema.bulk_grants.checks import BulkGrantDuplicateConnection
from schema.bulk_grants.results import (
    ApproveBulkGrantPayload,
    CancelBulkGrantPayload,
    CheckBulkGrantPayload,
    PauseBulkGrantPayload,
    ResumeBulkGrantPayload,
    StartBulkGrantPayload,
    UndoBulkGrantPayload,
)
from schema.bulk_grants.types import BulkGrant, BulkGrantConnection
from schema.core.fields import FINANCE, STAFF, mutation, query, subscription

FILE = (
    UnknownUploadError,
    UploadNotReadyError,
    WrongEncodingError,
    UnreadableFileError,
    UnknownProgrammeError,
    ProgrammeClosedError,
    UnknownAssetError,
)
"""What a file may be refused for as a whole."""
STATE = (UnknownBulkGrantError, BulkGrantStateError)
"""What a change of state may be refused for."""


@strawberry.type
class BulkGrantsQuery:
    """Bulk grants of a municipality."""

    bulk_grant = query(
        bulk_grant_resolvers.bulk_grant,
        BulkGrant | None,
        roles=STAFF,
        description="A bulk grant; null for every other municipality's. For municipal staff of the municipality.",
    )
    bulk_grant_duplicates = query(
        bulk_grant_resolvers.bulk_grant_duplicates,
        BulkGrantDuplicateConnection,
        roles=STAFF,
        description=(
            "Possible duplicates of a bulk grant that waits for its approval, as they are now; none in any other state."
            " `approveBulkGrant` takes its token. For municipal staff of the municipality."
        ),
    )
    bulk_grants = query(
        bulk_grant_resolvers.bulk_grants,
        BulkGrantConnection,
        roles=STAFF,
        description="The bulk grants of a municipality, newest first. For municipal staff of the municipality.",
    )


@strawberry.type
class BulkGrantsMutation:
    """Grants by file."""

    check_bulk_grant = mutation(
        bulk_grant_resolvers.check_bulk_grant,
        CheckBulkGrantPayload,
        roles=FINANCE,
        refuses=FILE,
        description=(
            "Says what a file would grant and what is wrong with which row; moves nothing. For finance officers of the"
            " municipality."
        ),
    )
    start_bulk_grant = mutation(
        bulk_grant_resolvers.start_bulk_grant,
        StartBulkGrantPayload,
        roles=FINANCE,
        moves_value=True,
        refuses=(
            InvalidRowsError,
            PossibleDuplicatesError,
            SameFileError,
            UploadUsedError,
            BudgetExceededError,
            UnknownBulkGrantError,
            KeyReusedError,
            *FILE,
        ),
        description=(
            "Grants the rows of a file, or proposes them where the municipality requires a second officer. For finance"
            " officers of the municipality."
        ),
    )
    approve_bulk_grant = mutation(
        bulk_grant_resolvers.approve_bulk_grant,
        ApproveBulkGrantPayload,
        roles=FINANCE,
        moves_value=True,
        refuses=(ApproverIsProposerError, ApprovalStaleError, ApprovalStateError, PossibleDuplicatesError, *STATE),
        description="Approves another officer's bulk grant, which begins. For finance officers of the municipality.",
    )
    pause_bulk_grant = mutation(
        bulk_grant_resolvers.pause_bulk_grant,
        PauseBulkGrantPayload,
        roles=FINANCE,
        refuses=STATE,
        description="Pauses a bulk grant. For finance officers of the municipality.",
    )
    resume_bulk_grant = mutation(
        bulk_grant_resolvers.resume_bulk_grant,
        ResumeBulkGrantPayload,
        roles=FINANCE,
        moves_value=True,
        refuses=STATE,
        description="Resumes a bulk grant. For finance officers of the municipality.",
    )
    cancel_bulk_grant = mutation(
        bulk_grant_resolvers.cancel_bulk_grant,
        CancelBulkGrantPayload,
        roles=FINANCE,
        refuses=(*STATE, BusyError),
        description=(
            "Cancels what a bulk grant has not granted yet, also before its approval. For finance officers of the"
            " municipality."
        ),
    )
    undo_bulk_grant = mutation(
        bulk_grant_resolvers.undo_bulk_grant,
        UndoBulkGrantPayload,
        roles=FINANCE,
        moves_value=True,
        refuses=(KeyReusedError, *STATE),
        description=(
            "Proposes to take back what is left of everything that a bulk grant gave, once; `approveChange` does it."
            " For finance officers of the municipality."
        ),
    )


@strawberry.type
class BulkGrantsSubscription:
    """Bulk grants, live."""

    bulk_grant_progress = subscription(
        bulk_grant_resolvers.bulk_grant_progress,
        BulkGrant,
        roles=STAFF,
        visible=bulk_grant_resolvers.visible_bulk_grant,
        description=(
            "The progress of a bulk grant, at most four times a second; completes when it has ended. For municipal"
            " staff of the municipality."
        ),
    )
