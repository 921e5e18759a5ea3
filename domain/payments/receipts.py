"""Sections of the receipts of payments and refunds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from domain.ledger.receipt import Receipt, Reference


@dataclass(frozen=True, slots=True)
class PaidInCash:
    """The cash that the payer gave the store in addition to the payment. Whole units."""

    cash: int

    def to_json(self) -> dict[str, Any]:
        """Write `cash`."""
        return {"cash": self.cash}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read a receipt with `cash`."""
        return cls(kept["cash"]) if "cash" in kept else None


class OfPayment(Reference):
    """The payment of a refund."""

    __slots__ = ()
    KEY = "payment"


def cash_of(receipt: Receipt) -> int:
    """Return the cash that the payer gave the store. Whole units."""
    paid = receipt.find(PaidInCash)
    return 0 if paid is None else paid.cash


def lapsed_of(refund: Receipt, refunded_at: datetime) -> int:
    """Return what a refund gave back to lots that had ended by then, from which it lapses. Whole units."""
    ended = (part for part in refund.lots if part.expires_at is not None and part.expires_at <= refunded_at)
    return sum(part.amount for part in ended)
