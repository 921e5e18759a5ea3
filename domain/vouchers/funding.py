"""The door to whoever can set a buyer's money aside: a card, a bank, a payment service. Adapters live outside the domain."""

from typing import Protocol
from uuid import UUID


class FundingSource(Protocol):
    """One key is one authorisation for ever, however often and in whichever order it is asked for.

    Raises FundingDeclinedError (nothing is set aside, and never will be for this key) or FundingUnavailableError (nobody knows).
    Never called inside a transaction, nor from a plan.
    """

    async def authorise(self, key: UUID, amount: int, token: str) -> None:
        """Sets money aside; again: the same authorisation, kept or not. Declined for a key that was voided, and for another amount. Whole yen."""

    async def keep(self, key: UUID) -> None:
        """Takes what was set aside; again: nothing more happens."""

    async def void(self, key: UUID) -> None:
        """Lets go of what was set aside, and of what may still be asked for under the key; again: nothing more happens."""
