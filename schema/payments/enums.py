"""Enums of payments."""

from domain.payments.kinds import RefundReason
from schema.core.enums import contract_enum

contract_enum(
    RefundReason,
    "Why a store gives money back.",
    RETURNED_GOODS="Goods came back. 返品",
    WRONG_AMOUNT="The amount was wrong. 金額違い",
    PAID_TWICE="Paid twice. 二重払い",
    CANCELLED="The sale was called off. 取りやめ",
    OTHER="Another reason. その他",
)
__all__ = ["RefundReason"]
