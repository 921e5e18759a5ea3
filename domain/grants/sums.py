"""What one person may grant without another's approval, counted over the civil day under the ledger's locks.

Two sums count: what a person has given alone to all wallets, and what a wallet was given by people alone. Single grants
and rows of files count in both, across all programmes. What two people approved counts in neither.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.grants.refusals import ApprovalRequiredError
from domain.ledger.book import Book, Guard
from domain.ledger.kinds import GuardKind
from domain.ledger.reads import guard_values
from domain.ledger.request import GuardKey, effective_on
from domain.municipalities.thresholds import Thresholds, thresholds_of
from domain.services import Services

UNLIMITED = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Alone:
    """What a person may still grant alone on a civil day, in Asia/Tokyo."""

    thresholds: Thresholds
    officer: UUID
    day: date

    @property
    def by_officer(self) -> GuardKey:
        """The guard that counts what the person gave alone to all wallets."""
        return (self.thresholds.municipality, GuardKind.GRANTED_BY_OFFICER, self.officer, str(self.day))

    def to_wallet(self, wallet: UUID) -> GuardKey:
        """The guard that counts what people gave alone to a wallet."""
        return (self.thresholds.municipality, GuardKind.GRANTED_TO_WALLET, wallet, str(self.day))

    def guards(self, wallet: UUID) -> tuple[GuardKey, GuardKey]:
        """Both guards of a grant."""
        return self.by_officer, self.to_wallet(wallet)

    def counted(self, book: Book, wallet: UUID, amount: int) -> list[tuple[Guard, int]]:
        """Return the changes of both guards; ApprovalRequiredError where a sum would pass its threshold."""
        limits = ((self.to_wallet(wallet), self.thresholds.single), (self.by_officer, self.thresholds.file))
        changes = []
        for key, threshold in limits:
            guard = book.guard(key, UNLIMITED)
            if guard.value + amount > threshold:
                raise ApprovalRequiredError(threshold, max(0, threshold - guard.value))
            changes.append((guard, amount))
        return changes

    async def covers(self, gifts: dict[UUID, int], promised: int) -> bool:
        """Whether one person may give these amounts by wallet, as the sums are now. Whole units.

        promised: what files that the person started alone have still to give.
        """
        [granted] = await guard_values([self.by_officer])
        received = dict(zip(gifts, await guard_values([self.to_wallet(wallet) for wallet in gifts]), strict=True))
        largest = max((received[wallet] + amount for wallet, amount in gifts.items()), default=0)
        return granted + promised + sum(gifts.values()) <= self.thresholds.file and largest <= self.thresholds.single


async def alone(services: Services, municipality: int, officer: UUID) -> Alone:
    """Return what a person may grant alone today, by the municipality's thresholds."""
    return Alone(await thresholds_of(municipality), officer, effective_on(services.clock()))
