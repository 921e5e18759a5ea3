"""Enums of event streams."""

from enum import Enum

import strawberry

value = strawberry.enum_value


@strawberry.enum(description="Why a stream ended.")
class ResyncReason(Enum):
    """Why a stream ended."""

    TOO_FAR_BEHIND = value("TOO_FAR_BEHIND", description="More than 1,000 events or 24 hours behind.")
    TOO_SLOW = value("TOO_SLOW", description="More than 256 events waited to be read.")
    AHEAD = value("AHEAD", description="The cursor is of the future.")
