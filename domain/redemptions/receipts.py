"""Sections of the receipts of redemptions and rollbacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from domain.ledger.receipt import Reference
from domain.redemptions.kinds import ItemKind


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The kind of item that was handed over, and how many units of it.

    units: None for a coupon, and in receipts of before units were counted.
    """

    item: ItemKind
    units: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Write `item`, and `units` where they are counted."""
        return {"item": self.item.value} | ({} if self.units is None else {"units": self.units})

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read the section; None for a receipt without `item`."""
        return cls(ItemKind(kept["item"]), kept.get("units")) if "item" in kept else None


class OfRedemption(Reference):
    """The redemption that was rolled back."""

    __slots__ = ()
    KEY = "redemption"
