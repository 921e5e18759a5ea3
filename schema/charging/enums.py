"""Enums of charges."""

from domain.charging.kinds import CancelReason
from schema.core.enums import contract_enum

contract_enum(
    CancelReason,
    "Why a counter cancels a charge.",
    WRONG_AMOUNT="The amount was wrong. 金額違い",
    WRONG_WALLET="The wrong wallet. ウォレット違い",
    CHANGED_MIND="The customer does not want it. お客さまの取りやめ",
    OTHER="Another reason. その他",
)
__all__ = ["CancelReason"]
