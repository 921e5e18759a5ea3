"""Value that came into a lot of a wallet, where it is now: payments may have renewed it into later lots since.

A journal that takes such value back follows it there. It takes no more out of a later lot than was moved on from the
first one.
"""

from dataclasses import dataclass
from uuid import UUID

from domain.expiry.reads import renewals_since
from domain.expiry.receipts import RenewedPortion
from domain.ledger.book import Account, AccountKey, Book
from domain.ledger.kinds import AccountKind
from domain.ledger.reads import Journal


@dataclass(frozen=True, slots=True)
class RenewedValue:
    """The renewals by payments of a wallet since a journal, oldest first."""

    wallet: UUID
    renewed: tuple[RenewedPortion, ...] = ()

    @property
    def lots(self) -> tuple[int, ...]:
        """The later lots."""
        return tuple({portion.new_lot for portion in self.renewed})

    def by_lot(self, lot: int, amount: int) -> dict[int, int]:
        """Return how much of an amount that came into a lot can be in each lot now, the lot itself first.

        Whole units.
        """
        amounts = {lot: amount}
        for renewed in self.renewed:
            if part := min(amounts.get(renewed.old_lot, 0), renewed.amount):
                amounts[renewed.old_lot] -= part
                amounts[renewed.new_lot] = amounts.get(renewed.new_lot, 0) + part
        return amounts

    def sources(self, book: Book, municipality: int, asset: int, lot: int, amount: int) -> list[tuple[Account, int]]:
        """Return the accounts that still have what came into a lot, each with the amount that can be taken of it.

        At most `amount` in all. Whole units.
        """
        parts = []
        for number, most in self.by_lot(lot, amount).items():
            account = book.account(municipality, AccountKey(AccountKind.WALLET, self.wallet, asset, number))
            if part := min(most, account.available):
                parts.append((account, part))
        return parts


async def renewed_value_of(journal: Journal, wallet: UUID) -> RenewedValue:
    """Return the renewals by payments of the wallet since the journal."""
    return RenewedValue(wallet, tuple(await renewals_since(journal, wallet)))
