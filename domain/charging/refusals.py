"""Refusals of charging and its cancellation."""

from dataclasses import dataclass

from domain.refusals import Retry, StoredRefusal


@dataclass(eq=False)
class CancelTooLateError(StoredRefusal):
    """The counter's time to cancel the charge is over: `minutes`, and the same day."""

    minutes: int
    code = "CANCEL_TOO_LATE"
    retry = Retry.NEVER
