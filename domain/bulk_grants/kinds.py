"""Where a grant by file and its rows are. Append only: a number never changes its meaning."""

from enum import IntEnum


class BulkState(IntEnum):
    """Where a grant by file is. Append only."""

    AWAITING_APPROVAL = 0
    RUNNING = 1
    PAUSED = 2
    FINISHED = 3
    CANCELLING = 4
    CANCELLED = 5
    UNDOING = 6
    UNDONE = 7


AT_WORK = (BulkState.RUNNING, BulkState.CANCELLING, BulkState.UNDOING)
"""A runner has something to do."""
ENDED = (BulkState.FINISHED, BulkState.CANCELLED, BulkState.UNDONE)


class RowState(IntEnum):
    """Where a row is. Append only."""

    WAITING = 0
    GRANTED = 1
    REFUSED = 2
    INVALID = 3
    CANCELLED = 4


class UndoState(IntEnum):
    """Whether a granted row was taken back. Append only."""

    NONE = 0
    DONE = 1


HAS_WORK = f"state in ({BulkState.RUNNING:d}, {BulkState.CANCELLING:d}, {BulkState.UNDOING:d})"
"""AT_WORK in the words of the partial index `bulk_grant_at_work`."""
WAITS = f"state = {RowState.WAITING:d}"
"""Rows that nobody has granted or refused yet, in the words of the partial index `bulk_grant_row_waiting`."""
TO_UNDO = f"state = {RowState.GRANTED:d} and undo_state = {UndoState.NONE:d}"
"""Granted rows of which nothing was taken back yet, in the words of the partial index `bulk_grant_row_to_undo`."""
