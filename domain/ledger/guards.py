"""Guards that are shared by several rooms."""

from uuid import UUID

from domain.ledger.kinds import GuardKind
from domain.ledger.request import GuardKey


def refunded_guard(municipality: int, payment_id: UUID) -> GuardKey:
    """Return the guard that counts how much of a payment or charge was refunded, cancelled or reversed."""
    return (municipality, GuardKind.REFUNDED, payment_id, "")
