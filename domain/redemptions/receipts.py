"""Sections of the receipts of redemptions and rollbacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from domain.ledger.receipt import Reference
from domain.redemptions.kinds import ItemKind


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The kind of item that was handed over."""

    item: ItemKind

    def to_json(self) -> dict[str, Any]:
        """Write `item`."""
        return {"item": self.item.value}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read the section; None for a receipt without `item`."""
        return cls(ItemKind(kept["item"])) if "item" in kept else None


class OfRedemption(Reference):
    """The redemption that was rolled back."""

    __slots__ = ()
    KEY = "redemption"
