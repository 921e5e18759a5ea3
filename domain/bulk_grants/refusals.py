"""Refusals of grants by file.

StoredRefusal        BulkRowRefused
UnstoredRefusal      WrongEncoding, UnreadableFile, InvalidRows, SameFile, UploadUsed, UnknownBulkGrant, BulkGrantState
"""

from dataclasses import dataclass, field

from domain.refusals import Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class BulkRowRefusedError(StoredRefusal):
    """A row of a file that cannot be granted: no answer to a client, but the row's own end.

    `because`: as the catalogue's ROW_ texts.
    """

    because: str
    told: dict[str, int] = field(default_factory=dict)
    internal = True
    code = "BULK_ROW_REFUSED"


@dataclass(eq=False)
class WrongEncodingError(UnstoredRefusal):
    """The file is neither UTF-8 nor Shift_JIS. Where the first wrong byte is, both from 1."""

    row: int
    byte: int
    code = "WRONG_ENCODING"
    retry = Retry.NEVER


@dataclass(eq=False)
class UnreadableFileError(UnstoredRefusal):
    """Not a table that can be read. `row` from 1; `problem`: a word of the catalogue, FILE_..."""

    row: int
    problem: str
    code = "UNREADABLE_FILE"
    retry = Retry.NEVER


@dataclass(eq=False)
class InvalidRowsError(UnstoredRefusal):
    """The file has rows that cannot be granted, and nobody said to skip them."""

    invalid_count: int
    row_count: int
    code = "INVALID_ROWS"


@dataclass(eq=False)
class SameFileError(UnstoredRefusal):
    """A file of the same content has been granted in this programme."""

    bulk_grant_id: str
    code = "SAME_FILE"


@dataclass(eq=False)
class UploadUsedError(UnstoredRefusal):
    """The upload has its bulk grant already."""

    bulk_grant_id: str
    code = "UPLOAD_USED"
    retry = Retry.NEVER


@dataclass(eq=False)
class UnknownBulkGrantError(UnstoredRefusal):
    """No such bulk grant in the town."""

    code = "UNKNOWN_BULK_GRANT"
    retry = Retry.NEVER


@dataclass(eq=False)
class BulkGrantStateError(UnstoredRefusal):
    """Not in its state: `bulk_grant_state` says which."""

    bulk_grant_state: str
    code = "BULK_GRANT_STATE"
