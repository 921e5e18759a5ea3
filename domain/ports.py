"""What we ask of a payment provider. Each call may be repeated: the reference names one authorisation for ever."""

from typing import Protocol
from uuid import UUID


class ProviderUnavailableError(Exception):
    """No answer, or one that is none: whether it was done is not known. The same call may be made again."""


class Provider(Protocol):
    """A provider of cards or bank accounts. Amounts in yen.

    An authorisation is captured or voided, never both. One that is voided before it arrives is declined when it does.
    """

    async def authorise(self, reference: UUID, token: str, amount: int) -> bool:
        """Sets an amount aside at the source of a token; whether it was approved."""

    async def capture(self, reference: UUID, amount: int) -> None:
        """Takes what was set aside."""

    async def void(self, reference: UUID) -> None:
        """Releases what was set aside, or makes sure that it never is."""
