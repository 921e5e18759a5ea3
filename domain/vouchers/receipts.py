"""Sections of the receipts of voucher purchases and gift activations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from domain.ledger.receipt import Portion, to_lines, to_portions


@dataclass(frozen=True, slots=True)
class BoughtUnits:
    """The units of a product that were bought. `face_value` of all units, in whole units.

    gift: whether they are for another person, who activates them. person, household: whose limits were counted; None:
    no limit by household. paid: the lots of coin that paid; empty where cash or a provider paid.
    """

    units: int
    face_value: int
    product: UUID
    gift: bool
    person: UUID
    household: UUID | None
    paid: tuple[Portion, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Write the fields by name: units, face, product, gift, person, household, paid."""
        return {
            "units": self.units,
            "face": self.face_value,
            "product": str(self.product),
            "gift": self.gift,
            "person": str(self.person),
            "household": None if self.household is None else str(self.household),
            "paid": to_lines(self.paid),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read the section; None for a receipt without `face`."""
        if "face" not in kept:
            return None
        return cls(
            units=kept["units"],
            face_value=kept["face"],
            product=UUID(kept["product"]),
            gift=kept["gift"],
            person=UUID(kept["person"]),
            household=None if kept["household"] is None else UUID(kept["household"]),
            paid=to_portions(kept["paid"]),
        )


@dataclass(frozen=True, slots=True)
class Activated:
    """The activation of a gift. `gift`: the journal of its purchase."""

    product: UUID
    gift: UUID
    units: int

    def to_json(self) -> dict[str, Any]:
        """Write the fields by name: product, gift, units."""
        return {"product": str(self.product), "gift": str(self.gift), "units": self.units}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read the section; None unless `gift` is an id. In the receipt of a purchase it is a boolean."""
        gift = kept.get("gift")
        return cls(UUID(kept["product"]), UUID(gift), kept["units"]) if isinstance(gift, str) else None
