"""Enums of stores."""

from domain.stores.kinds import SizeClass
from schema.core.enums import contract_enum

contract_enum(
    SizeClass,
    "How large a store is; municipalities draw the line at a floor area.",
    SMALL="A small store. 中小店",
    LARGE="A large store. 大型店",
)

__all__ = ["SizeClass"]
