"""Kinds of what a voucher product can be. Append only."""

from enum import IntEnum, StrEnum


class VoucherState(StrEnum):
    """Where a product is: by who has acted and by the clock, not by a job."""

    DRAFT = "DRAFT"
    REVIEW = "REVIEW"
    SCHEDULED = "SCHEDULED"
    ON_SALE = "ON_SALE"
    CLOSED = "CLOSED"


class Stage(IntEnum):
    """What the ledger knows of a product, as the value of its guard: changed in the commit that moves its money."""

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
    """Products that many towns sell."""

    PREMIUM_20 = "PREMIUM_20"
    PREMIUM_30 = "PREMIUM_30"
