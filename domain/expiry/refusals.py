"""Refusals of the expiry jobs, raised before anything is written."""

from dataclasses import dataclass

from domain.refusals import UnstoredRefusal


@dataclass(eq=False)
class NothingToExpireError(UnstoredRefusal):
    """The value has left the account, or the reminder was sent, since the page was read."""

    internal = True
    code = "NOTHING_TO_EXPIRE"
