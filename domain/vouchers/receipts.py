"""What purchases of vouchers and activations of gifts add to their receipts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from domain.ledger.receipt import Portion, to_lines, to_portions


@dataclass(frozen=True, slots=True)
class BoughtUnits:
    """Units of a product that were bought. Whole units.

    gift: for somebody else, who activates it. person, household: whose limits counted; None: no limit by household.
    paid: the lots of coin that paid; empty where cash or a provider did.
    """

    units: int
    face_value: int
    product: UUID
    gift: bool
    person: UUID
    household: UUID | None
    paid: tuple[Portion, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """units, face, product, gift, person, household, paid."""
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
        """Of a receipt with `face`."""
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
    """The gift that came into a wallet, which is the journal of its purchase."""

    product: UUID
    gift: UUID
    units: int

    def to_json(self) -> dict[str, Any]:
        """product, gift, units."""
        return {"product": str(self.product), "gift": str(self.gift), "units": self.units}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Of a receipt whose `gift` names one; a purchase only says whether it is one."""
        gift = kept.get("gift")
        return cls(UUID(kept["product"]), UUID(gift), kept["units"]) if isinstance(gift, str) else None
