"""Enums of funding, with the numbers that the database stores. Append only: a number never changes its meaning."""

from enum import IntEnum


class AuthorisationState(IntEnum):
    """State of an authorisation."""

    REQUESTED = 0
    """The provider may have set the amount aside."""
    AUTHORISED = 1
    """The provider has set the amount aside."""
    CAPTURED = 2
    VOIDED = 3
    DECLINED = 4
    """The provider declined, and the ledger has taken nothing in."""


OPEN = (AuthorisationState.REQUESTED, AuthorisationState.AUTHORISED)
"""States in which the provider may hold money that is neither captured nor released."""
