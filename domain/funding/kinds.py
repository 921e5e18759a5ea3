"""The room's small numbers, as they lie in the database. Append only: a number never changes its meaning."""

from enum import IntEnum


class AuthorisationState(IntEnum):
    """Where an authorisation is."""

    REQUESTED = 0
    """The provider may have set the amount aside."""
    AUTHORISED = 1
    """It has."""
    CAPTURED = 2
    VOIDED = 3
    DECLINED = 4
    """It said no, and the ledger has nothing of it."""


OPEN = (AuthorisationState.REQUESTED, AuthorisationState.AUTHORISED)
"""The provider may hold money that is neither captured nor released."""
