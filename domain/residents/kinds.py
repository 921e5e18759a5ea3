"""Why a wallet is frozen or released, and why a receive code is renewed. Append only."""

from enum import IntEnum, StrEnum


class WalletStateReason(StrEnum):
    """Why a wallet is frozen or released."""

    LOST_DEVICE = "LOST_DEVICE"
    SUSPECTED_FRAUD = "SUSPECTED_FRAUD"
    OWNER_ASKED = "OWNER_ASKED"
    DECEASED = "DECEASED"
    LEGAL_ORDER = "LEGAL_ORDER"
    CLEARED = "CLEARED"
    OTHER = "OTHER"


class RenewalReason(IntEnum):
    """Reason of a person, or of staff on their behalf, to renew a receive code."""

    LOST = 1
    SEEN_BY_OTHERS = 2
    OTHER = 9
