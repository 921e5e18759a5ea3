"""Where value is now that was once in a lot of a wallet: payments may have renewed it into later lots since (`renew`).

Undoing what brought the value follows it there. What is found in a later lot is never more than what was moved on from
the first one.
"""

from dataclasses import dataclass
from uuid import UUID

from domain.expiry.reads import renewals_since
from domain.expiry.receipts import RenewedPortion
from domain.ledger.book import Account, AccountKey, Book
from domain.ledger.kinds import AccountKind
from domain.ledger.reads import Journal


@dataclass(frozen=True, slots=True)
class Heirs:
    """What a wallet's payments have renewed since a journal, oldest first."""

    wallet: UUID
    renewed: tuple[RenewedPortion, ...] = ()

    @property
    def lots(self) -> tuple[int, ...]:
        """The later lots."""
        return tuple({portion.new_lot for portion in self.renewed})

    def of(self, lot: int, amount: int) -> dict[int, int]:
        """How much of an amount that came into a lot may be in which lot now; the lot itself first. Whole units."""
        found = {lot: amount}
        for renewed in self.renewed:
            if part := min(found.get(renewed.old_lot, 0), renewed.amount):
                found[renewed.old_lot] -= part
                found[renewed.new_lot] = found.get(renewed.new_lot, 0) + part
        return found

    def found(self, book: Book, municipality: int, asset: int, lot: int, amount: int) -> list[tuple[Account, int]]:
        """The accounts that still have what came into a lot, with how much can be taken of each.

        At most `amount` in all. Whole units.
        """
        parts = []
        for number, most in self.of(lot, amount).items():
            account = book.account(municipality, AccountKey(AccountKind.WALLET, self.wallet, asset, number))
            if part := min(most, account.available):
                parts.append((account, part))
        return parts


async def heirs_of(journal: Journal, wallet: UUID) -> Heirs:
    """What payments of the wallet have renewed since the journal."""
    return Heirs(wallet, tuple(await renewals_since(journal, wallet)))
