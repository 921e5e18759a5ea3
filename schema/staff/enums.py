"""Enums of staff."""

from domain.staff.kinds import StaffReason, StaffRole
from schema.core.enums import contract_enum

contract_enum(
    StaffRole,
    "What a member of a municipality's staff does.",
    DESK="Serves at the municipal desk. 窓口",
    FINANCE="Finance officer. 会計",
    AUDITOR="Reads everything of the municipality, changes nothing. 監査",
)
contract_enum(
    StaffReason,
    "Why somebody becomes or stops being staff.",
    NEW_DUTY="Takes the duty up. 新任",
    TRANSFER="Moves to or from another office. 異動",
    LEFT="Has left. 退職",
    ACCESS_REVIEW="A review of who needs access. 権限の見直し",
    OTHER="Another reason. その他",
)
__all__ = ["StaffReason", "StaffRole"]
