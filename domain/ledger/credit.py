"""Value that comes to a wallet first settles what the wallet owes of the same asset."""

from domain.ledger.book import Account, AccountKey, Book
from domain.ledger.kinds import NONE_LOT, AccountKind
from domain.ledger.receipt import Settlement
from domain.ledger.request import Draft


def credit(book: Book, draft: Draft, source: Account, wallet: Account, amount: int) -> int:
    """Add the moves from a source to a wallet's account to a draft. Return how much the wallet's debt took.

    Whole units. The receipt keeps what a debt took, lot by lot, so that the wallet owes it again when the value is
    taken back.
    """
    debt = book.accounts.get((wallet.municipality, AccountKey(AccountKind.DEBT, wallet.holder, wallet.asset, NONE_LOT)))
    settled = 0 if debt is None else max(0, min(owed_after(draft, debt), amount))
    if debt is not None and settled:
        draft.moves.append((source, debt, settled))
        draft.settled.append(Settlement(wallet.asset, wallet.lot, settled))
    if amount > settled:
        draft.moves.append((source, wallet, amount - settled))
    return settled


def owed_after(draft: Draft, debt: Account) -> int:
    """Return what is owed after the moves that the draft has so far. Whole units."""
    changed = sum(part if target is debt else -part for source, target, part in draft.moves if debt in (source, target))
    return -debt.posted - changed
