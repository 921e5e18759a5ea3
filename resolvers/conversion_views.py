"""What resolvers hand to the contract about conversions: frozen, plain attributes."""

from dataclasses import dataclass

from domain.conversions.quote import ConversionQuote
from domain.conversions.reads import Rate
from domain.conversions.receipts import Received
from resolvers.views import Allocation, BalanceAfter, Receipt, allocation


@dataclass(frozen=True)
class Conversion(Receipt):
    """A settled conversion."""

    converted_at = Receipt.recorded_at

    @property
    def received_amount(self) -> int:
        """What was received. Whole units."""
        return sum(one.amount for one in self.received)

    @property
    def received(self) -> list[Allocation]:
        """The lot that it filled."""
        return [allocation(self.journal.receipt.section(Received).portion)]


@dataclass(frozen=True, slots=True)
class ConvertSuccess:
    """A settled conversion."""

    conversion: Conversion
    balances: list[BalanceAfter]
    replayed: bool


@dataclass(frozen=True, slots=True)
class QuoteConversionSuccess:
    """What `convert` would do now."""

    quote: ConversionQuote


@dataclass(frozen=True, slots=True)
class SetConversionRateSuccess:
    """A new rate."""

    rate: Rate
