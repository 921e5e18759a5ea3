"""Roles of municipal staff, and why somebody becomes or stops being staff. Append only."""

from enum import StrEnum
from uuid import UUID

from domain.viewer import Relation, Viewer


class StaffRole(StrEnum):
    """What somebody does for a municipality."""

    DESK = "DESK"
    FINANCE = "FINANCE"
    AUDITOR = "AUDITOR"

    @property
    def relation(self) -> Relation:
        """The relation to the municipality that the role needs."""
        return Relation[self.value]


class StaffReason(StrEnum):
    """Why somebody becomes or stops being staff."""

    NEW_DUTY = "NEW_DUTY"
    TRANSFER = "TRANSFER"
    LEFT = "LEFT"
    ACCESS_REVIEW = "ACCESS_REVIEW"
    OTHER = "OTHER"


COMMAND_LINE = Viewer(UUID("00000000-0000-7000-8000-000000000002"), frozenset())
"""The actor of what the command line did: whoever can run it has the deployment's keys."""
