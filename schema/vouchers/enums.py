"""Enums of vouchers."""

from domain.vouchers.kinds import LegalBasis, VoucherState, VoucherTemplate
from schema.core.enums import contract_enum

contract_enum(
    VoucherState,
    "Where a voucher product is on its way from draft to the end of its sale.",
    DRAFT="An officer has drafted it. 下書き",
    REVIEW="It waits for a second officer. 承認待ち",
    SCHEDULED="Approved, its budget set aside; the sale has not begun. 販売前",
    ON_SALE="It can be bought while stock lasts. 販売中",
    CLOSED="The sale is over, or was closed. 販売終了",
)
contract_enum(
    LegalBasis,
    "Why a voucher product may be issued under the Payment Services Act.",
    MUNICIPAL_ISSUER="Exempt: issued by a local government, article 4-3. 自治体発行",
    SIX_MONTHS="Exempt: usable within six months of issue only, article 4-2. 6か月以内",
    REGISTERED_ISSUER="Not exempt: a registered third-party issuer. 第三者型発行者",
    OWN_BUSINESS="Not exempt: for the issuer's own stores. 自家型",
)
contract_enum(
    VoucherTemplate,
    "Voucher products that many municipalities sell.",
    PREMIUM_20="5,000 yen for 6,000: 2,000 at every store, 4,000 at small stores.",
    PREMIUM_30="5,000 yen for 6,500: 2,000 at every store, 4,500 at small stores.",
)

__all__ = ["LegalBasis", "VoucherState", "VoucherTemplate"]
