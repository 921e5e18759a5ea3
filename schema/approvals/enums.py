"""Enums of approvals."""

from domain.approvals.kinds import ReversalReason
from schema.core.enums import contract_enum

contract_enum(
    ReversalReason,
    "Why a journal is reversed.",
    WRONG_WALLET="The wrong wallet. ウォレット違い",
    WRONG_AMOUNT="The wrong amount. 金額違い",
    POSTED_TWICE="Posted twice. 二重計上",
    FRAUD="Fraud. 不正",
    OTHER="Another reason. その他",
)
__all__ = ["ReversalReason"]
