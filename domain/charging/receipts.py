"""What charges and their cancellation add to their receipts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from domain.ledger.receipt import Portion, Receipt, Reference, to_lines, to_portions


@dataclass(frozen=True, slots=True)
class Bonuses:
    """The bonus of each campaign that a charge brought, or that its cancellation took back.

    Empty where campaigns were open and gave nothing. What a debt took of a bonus is part of it.
    """

    portions: tuple[Portion, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Bonuses."""
        return {"bonuses": to_lines(self.portions)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Of a receipt with `bonuses`."""
        return cls(to_portions(kept["bonuses"])) if "bonuses" in kept else None


class OfCharge(Reference):
    """The charge that was cancelled."""

    __slots__ = ()
    KEY = "charge"


def bonuses_of(receipt: Receipt) -> tuple[Portion, ...]:
    """The bonuses of a charge, or what its cancellation took back of them."""
    bonuses = receipt.find(Bonuses)
    return () if bonuses is None else bonuses.portions
