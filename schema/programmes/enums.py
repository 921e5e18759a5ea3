"""Enums of programmes."""

from domain.programmes.kinds import ClawbackRule, ProgrammeKind
from schema.core.enums import contract_enum

contract_enum(
    ProgrammeKind,
    "How a programme gives value.",
    GRANT="Staff grant it to wallets. 給付・付与",
    CHARGE_BONUS="It comes with a charge, by a rate. チャージプレミアム",
    EARNING="Payments earn it, by earning rules. お買い物ポイント",
    VOUCHER="It is sold as vouchers; created by `approveVoucherProduct` only. 商品券",
    CONVERSION="It pays for what residents convert other value into. ポイント交換の原資",
)
contract_enum(
    ClawbackRule,
    "What becomes of points that a refund takes back and that were spent already.",
    DEDUCT="They are deducted from the refund, one point for one yen. 返金から差し引く",
    DEBT="The next points settle them. 次回以降のポイントから差し引く",
    WAIVE="They are waived. 回収しない",
)

__all__ = ["ClawbackRule", "ProgrammeKind"]
