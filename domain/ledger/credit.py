"""Value that comes to a wallet first settles what the wallet owes of the same asset."""

from collections.abc import Mapping
from typing import Any

from domain.ledger.book import Account, AccountKey, Book
from domain.ledger.kinds import NONE_LOT, AccountKind
from domain.ledger.request import Draft


def credit(book: Book, draft: Draft, source: Account, wallet: Account, amount: int) -> int:
    """Adds the moves from a source to a wallet's account to a draft; how much of it the wallet's debt took.

    Whole units.
    The receipt keeps what a debt took, lot by lot, so that whoever takes the value back owes it again.
    """
    debt = book.accounts.get((wallet.municipality, AccountKey(AccountKind.DEBT, wallet.holder, wallet.asset, NONE_LOT)))
    settled = 0 if debt is None else max(0, min(owed_after(draft, debt), amount))
    if debt is not None and settled:
        draft.moves.append((source, debt, settled))
        draft.receipt.setdefault("settled", []).append([wallet.asset, wallet.lot, settled])
    if amount > settled:
        draft.moves.append((source, wallet, amount - settled))
    return settled


def owed_after(draft: Draft, debt: Account) -> int:
    """What is owed once the draft's moves so far are made. Whole units."""
    changed = sum(part if target is debt else -part for source, target, part in draft.moves if debt in (source, target))
    return -debt.posted - changed


def settled_of(receipt: Mapping[str, Any], lot: int) -> int:
    """What a debt took of the value that a journal brought for a lot. Whole units."""
    return sum(part for _, of_lot, part in receipt.get("settled", ()) if of_lot == lot)
