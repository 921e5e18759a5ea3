"""Refusals about staff. Nothing is written."""

from dataclasses import dataclass

from domain.refusals import Retry, UnstoredRefusal


@dataclass(eq=False)
class UnknownStaffError(UnstoredRefusal):
    """The municipality, or the store, has no such member of its staff."""

    code = "UNKNOWN_STAFF"
    retry = Retry.NEVER


@dataclass(eq=False)
class LastOfficerError(UnstoredRefusal):
    """The person is the municipality's only finance officer. Another must be there first."""

    code = "LAST_OFFICER"
    retry = Retry.NEVER
