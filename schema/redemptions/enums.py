"""Enums of redemptions."""

from domain.redemptions.kinds import ItemKind, RollbackReason
from schema.core.enums import contract_enum

contract_enum(
    ItemKind,
    "What was redeemed.",
    COUPON="A coupon for an item; no value moved.",
    VOUCHER="Units of a voucher.",
    TICKET="Units of a gift ticket.",
)
contract_enum(
    RollbackReason,
    "Why staff rolled back a redemption.",
    WRONG_ITEM="The wrong coupon, voucher or ticket. 取り違え",
    WRONG_WALLET="The wrong wallet. ウォレット違い",
    NOT_HANDED_OVER="The item was not there. 提供できず",
    TWICE="Redeemed twice. 二重使用",
    OTHER="Another reason. その他",
)

__all__ = ["ItemKind", "RollbackReason"]
