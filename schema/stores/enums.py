"""Enums of stores."""

from domain.stores.kinds import SizeClass, StoreStateReason
from schema.core.enums import contract_enum

contract_enum(
    SizeClass,
    "How large a store is; municipalities draw the line at a floor area.",
    SMALL="A small store. 中小店",
    LARGE="A large store. 大型店",
)
contract_enum(
    StoreStateReason,
    "Why a store is suspended or takes payments again.",
    STORE_ASKED="The store asked for it. 店舗からの申出",
    SUSPECTED_FRAUD="Fraud is suspected. 不正の疑い",
    RULES_BROKEN="It broke the rules of member stores. 規約違反",
    CLOSED="It has closed. 閉店",
    CLEARED="The reason for the suspension is gone. 事由の解消",
    OTHER="Another reason. その他",
)

__all__ = ["SizeClass", "StoreStateReason"]
