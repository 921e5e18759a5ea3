"""What one officer may put into budgets in a civil day without another officer's approval."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.ledger.book import Book, Guard
from domain.ledger.kinds import GuardKind
from domain.ledger.request import GuardKey, effective_on
from domain.municipalities.thresholds import thresholds_of
from domain.programmes.refusals import BudgetApprovalError
from domain.services import Services

UNLIMITED = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Allowance:
    """An officer's allowance of a day. It is counted under the ledger's locks, so that splitting does not help."""

    municipality: int
    officer: UUID
    day: date
    maximum: int

    @property
    def guard(self) -> GuardKey:
        """The guard that counts what the officer has put into budgets on the day."""
        return (self.municipality, GuardKind.BUDGETED_BY_OFFICER, self.officer, str(self.day))

    def counted(self, book: Book, amount: int) -> list[tuple[Guard, int]]:
        """Return the change of the guard for an amount; BudgetApprovalError above the maximum."""
        guard = book.guard(self.guard, UNLIMITED)
        if guard.value + amount > self.maximum:
            raise BudgetApprovalError(max(0, self.maximum - guard.value))
        return [(guard, amount)]


async def allowance_of(services: Services, municipality: int, officer: UUID) -> Allowance:
    """Return today's allowance of an officer, by the municipality's threshold for budgets."""
    maximum = (await thresholds_of(municipality)).budget
    return Allowance(municipality, officer, effective_on(services.clock()), maximum)
