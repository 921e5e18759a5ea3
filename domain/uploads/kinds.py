"""Purposes and states of uploads. Append only: a number never changes its meaning."""

from enum import IntEnum


class UploadPurpose(IntEnum):
    """The purpose of a file. Append only."""

    BULK_GRANT = 1


class UploadState(IntEnum):
    """The state of a file. Append only."""

    WAITING = 0
    ARRIVING = 1
    RECEIVED = 2
    FAILED = 3
    ERASED = 4
