"""Enums of vouchers. Values equal the domain's, so that resolvers hand domain values through."""

from enum import Enum

import strawberry

from domain.vouchers.kinds import LegalBasis as DomainLegalBasis
from domain.vouchers.kinds import VoucherState as DomainVoucherState
from domain.vouchers.kinds import VoucherTemplate as DomainVoucherTemplate

value = strawberry.enum_value


@strawberry.enum(description="Where a voucher product is.")
class VoucherState(Enum):
    """Where a voucher product is."""

    DRAFT = value(DomainVoucherState.DRAFT.value, description="An officer has drafted it. 下書き")
    REVIEW = value(DomainVoucherState.REVIEW.value, description="It waits for a second officer. 承認待ち")
    SCHEDULED = value(
        DomainVoucherState.SCHEDULED.value, description="Approved, its budget set aside; the sale has not begun. 販売前"
    )
    ON_SALE = value(DomainVoucherState.ON_SALE.value, description="It can be bought, while stock lasts. 販売中")
    CLOSED = value(DomainVoucherState.CLOSED.value, description="The sale is over, or was ended. 販売終了")


@strawberry.enum(description="Why a voucher product may be issued under the Payment Services Act.")
class LegalBasis(Enum):
    """Why a voucher product may be issued."""

    MUNICIPAL_ISSUER = value(
        DomainLegalBasis.MUNICIPAL_ISSUER.value,
        description="Exempt: issued by a local government, article 4-3. 自治体発行",
    )
    SIX_MONTHS = value(
        DomainLegalBasis.SIX_MONTHS.value,
        description="Exempt: usable within six months of issue only, article 4-2. 6か月以内",
    )
    REGISTERED_ISSUER = value(
        DomainLegalBasis.REGISTERED_ISSUER.value,
        description="Not exempt: a registered third-party issuer. 第三者型発行者",
    )
    OWN_BUSINESS = value(
        DomainLegalBasis.OWN_BUSINESS.value, description="Not exempt: for the issuer's own shops. 自家型"
    )


@strawberry.enum(description="Voucher products that many towns sell.")
class VoucherTemplate(Enum):
    """Voucher products that many towns sell."""

    PREMIUM_20 = value(
        DomainVoucherTemplate.PREMIUM_20.value,
        description="5,000 yen for 6,000: 2,000 at every shop, 4,000 at small shops.",
    )
    PREMIUM_30 = value(
        DomainVoucherTemplate.PREMIUM_30.value,
        description="5,000 yen for 6,500: 2,000 at every shop, 4,500 at small shops.",
    )
