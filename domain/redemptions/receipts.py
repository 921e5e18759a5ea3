"""What a hand-over and its rollback add to their receipts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from domain.ledger.receipt import Reference
from domain.redemptions.kinds import ItemKind


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What was handed over."""

    item: ItemKind

    def to_json(self) -> dict[str, Any]:
        """Item."""
        return {"item": self.item.value}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Of a receipt with `item`."""
        return cls(ItemKind(kept["item"])) if "item" in kept else None


class OfRedemption(Reference):
    """The hand-over that was rolled back."""

    __slots__ = ()
    KEY = "redemption"
