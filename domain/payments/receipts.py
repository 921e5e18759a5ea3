"""What payments and refunds add to their receipts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from domain.ledger.receipt import Receipt, Reference


@dataclass(frozen=True, slots=True)
class PaidInCash:
    """What the payer gave the store in cash beside the payment. Whole units."""

    cash: int

    def to_json(self) -> dict[str, Any]:
        """Cash."""
        return {"cash": self.cash}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Of a receipt with `cash`."""
        return cls(kept["cash"]) if "cash" in kept else None


class OfPayment(Reference):
    """The payment that a refund gives back."""

    __slots__ = ()
    KEY = "payment"


def cash_of(receipt: Receipt) -> int:
    """What the payer of a payment gave the store in cash. Whole units."""
    paid = receipt.find(PaidInCash)
    return 0 if paid is None else paid.cash
