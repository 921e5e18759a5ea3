"""Errors of a request that are the client's: they have a code of their own and a text that says what to do."""

from domain.database import CommitLostError, Fault, classify
from domain.refusals import BusyError, OutcomeUnknownError, UnavailableError, UnstoredRefusal

OPERATION_SECONDS = 10
"""How long a query may take, and a subscription until its events can begin. Mutations run to their end."""


def outage_of(error: BaseException, *, moved: bool = False) -> UnstoredRefusal | None:
    """The refusal that tells a client of a lost database; None for every other error.

    moved: something was settled before, so that "nothing was written" would be wrong.
    """
    lost = classify(error) is Fault.UNAVAILABLE
    if isinstance(error, CommitLostError) or (moved and (lost or isinstance(error, BusyError | UnavailableError))):
        return OutcomeUnknownError()
    return UnavailableError() if lost else None


class NotFoundError(Exception):
    """The object of a subscription or of a reference is not there, or not for this viewer."""


class BadCursorError(ValueError):
    """A cursor that this connection did not make."""

    def __init__(self) -> None:
        super().__init__(
            "This cursor is not one of this list; take it from an edge, a pageInfo or an eventId of the same object."
        )


class TooManyError(ValueError):
    """More items were asked for than a page has."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Ask for 0 to {limit} items at a time.")


class TimedOutError(Exception):
    """A query, or the beginning of a subscription, that took longer than an operation may."""

    code = "OPERATION_TIMED_OUT"

    def __init__(self) -> None:
        super().__init__(
            f"The answer took more than {OPERATION_SECONDS} seconds, so it was given up. Ask for less, or later."
        )
