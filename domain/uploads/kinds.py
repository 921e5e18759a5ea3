"""What a file is for, and where it is. Append only: a number never changes its meaning."""

from enum import IntEnum


class UploadPurpose(IntEnum):
    """What a file is for. Append only."""

    BULK_GRANT = 1


class UploadState(IntEnum):
    """Where a file is. Append only."""

    WAITING = 0
    ARRIVING = 1
    RECEIVED = 2
    FAILED = 3
    ERASED = 4
