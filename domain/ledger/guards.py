"""Guards that several rooms count in."""

from uuid import UUID

from domain.ledger.kinds import GuardKind
from domain.ledger.request import GuardKey


def refunded_guard(municipality: int, payment_id: UUID) -> GuardKey:
    """The guard that counts what of a payment or charge was refunded, cancelled or reversed."""
    return (municipality, GuardKind.REFUNDED, payment_id, "")
