"""Refusals of the expiry jobs: decided before anything is written."""

from dataclasses import dataclass

from domain.refusals import UnstoredRefusal


@dataclass(eq=False)
class NothingToExpireError(UnstoredRefusal):
    """Somebody was faster: the value is gone from the account already."""

    internal = True
    code = "NOTHING_TO_EXPIRE"
