"""Value that comes to a wallet first settles what the wallet owes of the same asset."""

from domain.ledger.book import Account, AccountKey, Book
from domain.ledger.kinds import NONE_LOT, AccountKind
from domain.ledger.request import Draft


def credit(book: Book, draft: Draft, source: Account, wallet: Account, amount: int) -> int:
    """Adds the moves from a source to a wallet's account to a draft; how much of it the wallet's debt took. Whole units."""
    debt = book.accounts.get((wallet.municipality, AccountKey(AccountKind.DEBT, wallet.holder, wallet.asset, NONE_LOT)))
    owed = 0 if debt is None else -debt.posted - sum(part for _, target, part in draft.moves if target is debt)
    settled = max(0, min(owed, amount))
    if debt is not None and settled:
        draft.moves.append((source, debt, settled))
    if amount > settled:
        draft.moves.append((source, wallet, amount - settled))
    return settled
