"""What resolvers hand to the contract about the life of value: frozen, plain attributes."""

from dataclasses import dataclass

from domain.charging.receipts import Bonuses
from domain.municipalities.reads import Municipality
from resolvers.views import Allocation, BalanceAfter, Charge, Receipt, allocations


@dataclass(frozen=True)
class ChargeCancellation(Receipt):
    """A top-up that its counter cancelled."""

    cancelled_at = Receipt.recorded_at

    @property
    def bonuses(self) -> list[Allocation]:
        """The lots that gave campaigns their bonus back."""
        return allocations(self.journal.receipt.section(Bonuses).portions)


@dataclass(frozen=True, slots=True)
class CancelChargeSuccess:
    """A settled cancellation."""

    cancellation: ChargeCancellation
    charge: Charge
    balances: list[BalanceAfter]
    replayed: bool


@dataclass(frozen=True, slots=True)
class SetChargeCancellationSuccess:
    """How long counters may cancel."""

    municipality: Municipality
