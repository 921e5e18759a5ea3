"""Where value is now that was once in a lot of a wallet: payments may have renewed it into later lots since (`renew`).

Undoing what brought the value follows it there. What is found in a later lot is never more than what was moved on from
the first one.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from domain.database import rows
from domain.ledger.book import Account, AccountKey, Book
from domain.ledger.kinds import AccountKind, JournalKind
from domain.ledger.reads import Journal


@dataclass(frozen=True, slots=True)
class Heirs:
    """What a wallet's payments have renewed since a journal, oldest first: the old lot, the new one, how much.

    Whole units.
    """

    wallet: UUID
    renewed: tuple[tuple[int, int, int], ...] = ()

    @property
    def lots(self) -> tuple[int, ...]:
        """The later lots."""
        return tuple({new for _, new, _ in self.renewed})

    def of(self, lot: int, amount: int) -> dict[int, int]:
        """How much of an amount that came into a lot may be in which lot now; the lot itself first. Whole units."""
        found = {lot: amount}
        for old, new, moved in self.renewed:
            if part := min(found.get(old, 0), moved):
                found[old] -= part
                found[new] = found.get(new, 0) + part
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
    found = await rows(
        """select j.receipt -> 'renewed' as renewed from event e
          join journal j on j.municipality_id = e.municipality_id and j.id = e.journal_id and j.receipt ? 'renewed'
          where e.municipality_id = $1 and e.holder_id = $2 and e.kind = any ($3::smallint[]) and e.recorded_at >= $4
            order by e.sequence""",
        journal.municipality,
        wallet,
        [JournalKind.PAYMENT, JournalKind.CAPTURE],
        journal.recorded_at,
    )
    return Heirs(wallet, tuple((old, new, amount) for row in found for _, old, new, amount in _lines(row["renewed"])))


def _lines(stored: Any) -> list[list[int]]:  # noqa: ANN401 - JSON, as the driver gives it
    found: list[list[int]] = orjson.loads(stored) if isinstance(stored, str) else stored
    return found
