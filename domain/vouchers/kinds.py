"""States and kinds of voucher products. Append only."""

from enum import IntEnum, StrEnum


class VoucherState(StrEnum):
    """The state of a product, computed from its approvals and the time; no job moves it."""

    DRAFT = "DRAFT"
    REVIEW = "REVIEW"
    SCHEDULED = "SCHEDULED"
    ON_SALE = "ON_SALE"
    CLOSED = "CLOSED"


class Stage(IntEnum):
    """The stage of a product in the ledger: the value of its guard, changed in the commit that moves its money."""

    NONE = 0
    PUBLISHED = 1
    CLOSED = 2


class LegalBasis(StrEnum):
    """Why a product may be issued under the Payment Services Act."""

    MUNICIPAL_ISSUER = "MUNICIPAL_ISSUER"
    SIX_MONTHS = "SIX_MONTHS"
    REGISTERED_ISSUER = "REGISTERED_ISSUER"
    OWN_BUSINESS = "OWN_BUSINESS"


class VoucherTemplate(StrEnum):
    """Templates of products that many municipalities sell."""

    PREMIUM_20 = "PREMIUM_20"
    PREMIUM_30 = "PREMIUM_30"
