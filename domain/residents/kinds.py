"""Why a wallet is frozen or released. Append only."""

from enum import StrEnum


class WalletStateReason(StrEnum):
    """Why a wallet is frozen or released."""

    LOST_DEVICE = "LOST_DEVICE"
    SUSPECTED_FRAUD = "SUSPECTED_FRAUD"
    OWNER_ASKED = "OWNER_ASKED"
    DECEASED = "DECEASED"
    LEGAL_ORDER = "LEGAL_ORDER"
    CLEARED = "CLEARED"
    OTHER = "OTHER"
