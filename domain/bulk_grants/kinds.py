"""States of bulk grants and of their rows. Append only: a number never changes its meaning."""

from enum import IntEnum


class BulkState(IntEnum):
    """The state of a bulk grant. Append only."""

    AWAITING_APPROVAL = 0
    RUNNING = 1
    PAUSED = 2
    FINISHED = 3
    CANCELLING = 4
    CANCELLED = 5
    UNDOING = 6
    UNDONE = 7


AT_WORK = (BulkState.RUNNING, BulkState.CANCELLING, BulkState.UNDOING)
"""States in which the runner has work."""
UNDOABLE = (BulkState.FINISHED, BulkState.CANCELLED)
"""States after which what was granted can be taken back."""
ENDED = (BulkState.FINISHED, BulkState.CANCELLED, BulkState.UNDONE)


class RowState(IntEnum):
    """The state of a row. Append only."""

    WAITING = 0
    GRANTED = 1
    REFUSED = 2
    INVALID = 3
    CANCELLED = 4


class UndoState(IntEnum):
    """Whether a granted row has been undone. Append only."""

    NONE = 0
    DONE = 1


class RepetitionReason(IntEnum):
    """Why a file gives again what its programme has given. Append only."""

    NEXT_INSTALMENT = 1
    ADDITIONAL = 2
    CORRECTION = 3
    OTHER = 9


HAS_WORK = f"state in ({BulkState.RUNNING:d}, {BulkState.CANCELLING:d}, {BulkState.UNDOING:d})"
"""The condition of AT_WORK, as written in the partial index `bulk_grant_at_work`."""
WAITS = f"state = {RowState.WAITING:d}"
"""The condition of undecided rows, as written in the partial index `bulk_grant_row_waiting`."""
TO_UNDO = f"state = {RowState.GRANTED:d} and undo_state = {UndoState.NONE:d}"
"""The condition of granted rows not undone yet, as written in the partial index `bulk_grant_row_to_undo`."""
