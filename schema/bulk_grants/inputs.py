"""Inputs of bulk grants. Nothing here defaults to a meaning of money."""

from uuid import UUID

import strawberry

from domain.bulk_grants.refusals import UnknownBulkGrantError
from domain.bulk_grants.start import Confirmed, Start
from domain.programmes.refusals import UnknownProgrammeError
from domain.uploads.refusals import UnknownUploadError
from schema.approvals.enums import ReversalReason
from schema.bulk_grants.enums import RepetitionReason
from schema.core.ids import ID, Prefix, key_in, key_of
from schema.core.secret import secret_field
from schema.keys.inputs import KEY

UPLOAD = "The viewer's own upload, after the file was sent."
PROGRAMME = "The programme; of kind GRANT."


def bulk_grant_key(unchecked: str) -> tuple[int, UUID]:
    """Municipality and key of a bulk grant's id; UnknownBulkGrantError for every other text."""
    return key_of(Prefix.BULK_GRANT, unchecked, UnknownBulkGrantError)


def _upload_and_programme(upload_id: str, programme_id: str) -> tuple[int, UUID, UUID]:
    """Municipality, upload and programme; UnknownUploadError, or UnknownProgrammeError for another municipality's."""
    municipality, upload = key_of(Prefix.UPLOAD, upload_id, UnknownUploadError)
    return municipality, upload, key_in(Prefix.PROGRAMME, programme_id, municipality, UnknownProgrammeError)


@strawberry.input(description="Checks what a file would do in a programme.")
class CheckBulkGrantInput:
    """A dry run."""

    upload_id: ID = strawberry.field(description=UPLOAD)
    programme_id: ID = strawberry.field(description=PROGRAMME)

    def upload_and_programme(self) -> tuple[int, UUID, UUID]:
        """Municipality, upload and programme; UnknownUploadError, UnknownProgrammeError."""
        return _upload_and_programme(self.upload_id, self.programme_id)


@strawberry.input(
    description="An officer's word that the rows which the check listed as possible duplicates are meant so."
)
class ConfirmDuplicatesInput:
    """A confirmation of exactly these rows."""

    token: str = secret_field(
        description=(
            "`duplicates.token` of the check of this upload. It no longer counts once a row or an earlier grant has"
            " come or gone."
        )
    )
    reason: RepetitionReason = strawberry.field(description="Why these wallets get it again; kept in the audit trail.")


@strawberry.input(description="Grants the rows of a file.")
class StartBulkGrantInput:
    """A bulk grant."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    upload_id: ID = strawberry.field(description=UPLOAD)
    programme_id: ID = strawberry.field(description=PROGRAMME)
    skip_invalid: bool = strawberry.field(
        description="True: wrong rows are skipped. False: a file with a wrong row is refused."
    )
    confirm_same_file: bool | None = strawberry.field(
        default=None,
        description=(
            "True: the officer knows that a file of the same bytes was used in this programme, and means to do so"
            " again. Rows that were granted before need `confirmDuplicates`."
        ),
        deprecation_reason="From 2026-12: use `confirmDuplicates`, which says what is granted again.",
    )
    confirm_duplicates: ConfirmDuplicatesInput | None = strawberry.field(
        default=None,
        description="For a file with possible duplicates: exactly these are meant. Otherwise POSSIBLE_DUPLICATES.",
    )

    def start(self) -> Start:
        """The bulk grant to start; UnknownUploadError, UnknownProgrammeError."""
        municipality, upload, programme = _upload_and_programme(self.upload_id, self.programme_id)
        return Start(
            key=self.idempotency_key,
            municipality=municipality,
            upload_id=upload,
            programme_id=programme,
            skip_invalid=self.skip_invalid,
            confirm_same_file=bool(self.confirm_same_file),
            confirmed=None
            if self.confirm_duplicates is None
            else Confirmed(self.confirm_duplicates.token, self.confirm_duplicates.reason),
        )


@strawberry.input(description="A second finance officer approves a bulk grant, and it begins.")
class ApproveBulkGrantInput:
    """An approval."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    bulk_grant_id: ID = strawberry.field(description="The bulk grant; started by somebody else.")
    duplicates_token: str | None = secret_field(
        default=None,
        description=(
            "For a bulk grant with possible duplicates: `token` of `bulkGrantDuplicates`, which the second officer has"
            " looked at too. Otherwise POSSIBLE_DUPLICATES."
        ),
    )


@strawberry.input(description="Pauses a bulk grant.")
class PauseBulkGrantInput:
    """A pause."""

    bulk_grant_id: ID = strawberry.field(description="One that is RUNNING.")


@strawberry.input(description="Resumes a bulk grant.")
class ResumeBulkGrantInput:
    """Resumes a paused bulk grant."""

    bulk_grant_id: ID = strawberry.field(description="One that is PAUSED.")


@strawberry.input(description="Cancels what a bulk grant has not granted yet.")
class CancelBulkGrantInput:
    """A cancellation."""

    bulk_grant_id: ID = strawberry.field(description="One that waits for its approval, or has rows left.")


@strawberry.input(description="Takes back what is left of everything that a bulk grant gave.")
class UndoBulkGrantInput:
    """An undo."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    bulk_grant_id: ID = strawberry.field(description="The bulk grant; finished or cancelled.")
    reason: ReversalReason = strawberry.field(description="The reason.")
