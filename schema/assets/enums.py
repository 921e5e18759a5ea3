"""Enums of assets."""

from domain.assets.kinds import AssetKind, ExpiryRule, LegalProfile, RefundedAfterExpiry
from schema.core.enums import contract_enum

contract_enum(
    AssetKind,
    "Kinds of value.",
    CASH="Yen in cash boxes; never in a wallet. 現金",
    COIN="Paid value, charged with money. 地域通貨",
    BONUS_COIN="Unpaid value that comes with a charge. チャージプレミアム",
    ADMINISTRATIVE_POINT="Points for what the municipality wants done. 行政ポイント",
    SHOPPING_POINT="Points for shopping. お買い物ポイント",
    VOUCHER="Vouchers. 商品券",
    GIFT_TICKET="Tickets for donors to the municipality. ふるさと納税返礼電子チケット",
    MILE="Miles, which are collected and not spent. マイル",
)
contract_enum(
    LegalProfile,
    "Who issues an asset, in terms of the Payment Services Act.",
    MUNICIPALITY="A local government; exempt. 自治体発行",
    REGISTERED_THIRD_PARTY="A registered issuer. 第三者型発行者",
    OWN_BUSINESS="For the issuer's own stores only. 自家型",
)
contract_enum(
    ExpiryRule,
    "When value of an asset expires.",
    NONE="Never. 期限なし",
    FIXED_DATE="After a fixed day. 固定日",
    MONTHS_AFTER_ISSUE="On the same day some months after issue. 発行からnか月",
    LAST_USE_MONTHS="On the same day some months after issue, and again after each payment. 最終利用からnか月",
    MONTH_END_AFTER_MONTHS="At the end of the month that is some months after that of issue. nか月後の月末",
)
contract_enum(
    RefundedAfterExpiry,
    "What becomes of refunded value whose last day is over.",
    NONE="It is not refunded. 返金しない",
    FRESH_DAYS="It may be spent for some more days. 返金からn日間有効",
)

__all__ = ["AssetKind", "ExpiryRule", "LegalProfile", "RefundedAfterExpiry"]
