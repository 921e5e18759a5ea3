"""Refusals of uploads.

UnstoredRefusal      UnknownUpload, UploadNotReady, TooManyUploads
"""

from dataclasses import dataclass

from domain.refusals import Retry, UnstoredRefusal


@dataclass(eq=False)
class UnknownUploadError(UnstoredRefusal):
    """No such upload of this person in the town, or one for something else."""

    code = "UNKNOWN_UPLOAD"
    retry = Retry.NEVER


@dataclass(eq=False)
class UploadNotReadyError(UnstoredRefusal):
    """The file has not arrived whole, or was erased. `upload_state`: WAITING, ARRIVING, FAILED or ERASED."""

    upload_state: str
    code = "UPLOAD_NOT_READY"


@dataclass(eq=False)
class TooManyUploadsError(UnstoredRefusal):
    """So many addresses of the person wait for their files already."""

    maximum_count: int
    code = "TOO_MANY_UPLOADS"
