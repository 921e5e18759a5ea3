"""Refusals of bulk grants.

StoredRefusal        BulkRowRefused
UnstoredRefusal      WrongEncoding, UnreadableFile, InvalidRows, SameFile, PossibleDuplicates, UploadUsed,
                     UnknownBulkGrant, BulkGrantState
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from domain.refusals import Advice, Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class BulkRowRefusedError(StoredRefusal):
    """A row of a file that cannot be granted. It is the outcome of the row and is not answered to a client.

    reason: the code of the catalogue's ROW_ message. figures: the data of the message.
    """

    reason: str
    figures: dict[str, int] = field(default_factory=dict)
    internal = True
    code = "BULK_ROW_REFUSED"

    def data(self) -> dict[str, Any]:
        """Return the data under the names that journals have always stored: `because` and `told`."""
        return {"because": self.reason, "told": self.figures}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild the refusal from a journal."""
        return cls(data["because"], data["told"])


@dataclass(eq=False)
class WrongEncodingError(UnstoredRefusal):
    """The file is neither UTF-8 nor Shift_JIS. `row` and `byte` locate the first wrong byte, counted from 1."""

    row: int
    byte: int
    code = "WRONG_ENCODING"
    retry = Retry.NEVER


@dataclass(eq=False)
class UnreadableFileError(UnstoredRefusal):
    """The file is not a readable table. `row` is counted from 1; `problem` is a stable code, FILE_..."""

    row: int
    problem: str
    code = "UNREADABLE_FILE"
    retry = Retry.NEVER


@dataclass(eq=False)
class InvalidRowsError(UnstoredRefusal):
    """`invalidCount` of the file's `rowCount` rows cannot be granted: skip them, or correct the file."""

    invalid_count: int
    row_count: int
    code = "INVALID_ROWS"
    advice = Advice.CONFIRM


@dataclass(eq=False)
class SameFileError(UnstoredRefusal):
    """A file of the same content has been granted in this programme already, as `bulkGrantId`."""

    bulk_grant_id: str
    code = "SAME_FILE"
    advice = Advice.CONFIRM


@dataclass(eq=False)
class PossibleDuplicatesError(UnstoredRefusal):
    """`duplicateCount` rows, `duplicateRows` the first of them, give wallets what this programme gave or will give.

    The officer looks at them, and confirms exactly these for this file.
    """

    duplicate_count: int
    duplicate_rows: tuple[int, ...]
    code = "POSSIBLE_DUPLICATES"
    advice = Advice.CONFIRM


@dataclass(eq=False)
class UploadUsedError(UnstoredRefusal):
    """The upload has been used for another bulk grant, `bulkGrantId`."""

    bulk_grant_id: str
    code = "UPLOAD_USED"
    retry = Retry.NEVER


@dataclass(eq=False)
class UnknownBulkGrantError(UnstoredRefusal):
    """The municipality has no such bulk grant."""

    code = "UNKNOWN_BULK_GRANT"
    retry = Retry.NEVER


@dataclass(eq=False)
class BulkGrantStateError(UnstoredRefusal):
    """The bulk grant is in a state that does not allow this operation. `state`: a value of `BulkGrantState`."""

    state: str
    code = "BULK_GRANT_STATE"
