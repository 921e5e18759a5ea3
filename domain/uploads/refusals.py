"""Refusals of uploads.

UnstoredRefusal      UnknownUpload, UploadNotReady, TooManyUploads
"""

from dataclasses import dataclass

from domain.refusals import Retry, UnstoredRefusal


@dataclass(eq=False)
class UnknownUploadError(UnstoredRefusal):
    """The person has no such upload in the municipality, or it is for another purpose."""

    code = "UNKNOWN_UPLOAD"
    retry = Retry.NEVER


@dataclass(eq=False)
class UploadNotReadyError(UnstoredRefusal):
    """The file has not arrived completely, or was erased. `state`: WAITING, ARRIVING, FAILED or ERASED."""

    state: str
    code = "UPLOAD_NOT_READY"


@dataclass(eq=False)
class TooManyUploadsError(UnstoredRefusal):
    """The person has the maximum number of upload addresses that wait for a file, `maximumCount`."""

    maximum_count: int
    code = "TOO_MANY_UPLOADS"
