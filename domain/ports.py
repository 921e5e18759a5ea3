"""The port for payment providers. Every call may be repeated: a reference names one authorisation permanently."""

from typing import Protocol
from uuid import UUID


class ProviderUnavailableError(Exception):
    """The provider gave no valid answer; whether it acted is unknown. Repeat the same call."""


class Provider(Protocol):
    """A provider of cards or bank accounts. Amounts in yen.

    An authorisation is captured or voided, never both. One that is voided before it arrives is declined on arrival.
    """

    async def authorise(self, reference: UUID, token: str, amount: int) -> bool:
        """Reserve an amount at the source of a token; return whether it was approved."""

    async def capture(self, reference: UUID, amount: int) -> None:
        """Collect the reserved amount."""

    async def void(self, reference: UUID) -> None:
        """Release the reserved amount, or prevent a reservation that has not arrived yet."""
