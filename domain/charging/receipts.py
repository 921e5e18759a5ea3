"""Sections of the receipts of charges and their cancellation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from domain.ledger.receipt import Portion, Receipt, Reference, to_lines, to_portions


@dataclass(frozen=True, slots=True)
class Bonuses:
    """The bonuses of a charge, by campaign, or what its cancellation took back of them.

    Empty where campaigns were open and gave nothing. What a debt took of a bonus is part of it.
    """

    portions: tuple[Portion, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Write `bonuses`."""
        return {"bonuses": to_lines(self.portions)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read a receipt with `bonuses`."""
        return cls(to_portions(kept["bonuses"])) if "bonuses" in kept else None


class OfCharge(Reference):
    """The charge of a cancellation."""

    __slots__ = ()
    KEY = "charge"


def bonuses_of(receipt: Receipt) -> tuple[Portion, ...]:
    """Return the bonuses of a charge, or what its cancellation took back of them."""
    bonuses = receipt.find(Bonuses)
    return () if bonuses is None else bonuses.portions
