"""Refusals of charging and its cancellation."""

from dataclasses import dataclass

from domain.refusals import Retry, StoredRefusal


@dataclass(eq=False)
class CancelTooLateError(StoredRefusal):
    """The time in which the counter may cancel the charge is over: `minutes`, and not beyond the day of the charge."""

    minutes: int
    code = "CANCEL_TOO_LATE"
    retry = Retry.NEVER
