"""The parties of a request, as read under the locks: wallets that may be used, stores that accept payments.

The viewer's right to a wallet is checked first: a stranger learns nothing of the wallet but UNKNOWN_WALLET.
"""

from uuid import UUID

from domain.ledger.book import Book, Holder
from domain.ledger.kinds import HolderKind, HolderState
from domain.ledger.refusals import StoreNotAcceptingError, UnknownPayeeError, UnknownWalletError, WalletFrozenError
from domain.viewer import Relation, Viewer


def known_wallet(book: Book, municipality: int, wallet_id: UUID) -> Holder:
    """Return a wallet of the municipality, without a check of the viewer. UnknownWalletError."""
    wallet = book.holder(municipality, wallet_id)
    if wallet is None or wallet.kind != HolderKind.WALLET:
        raise UnknownWalletError
    return wallet


def owns(book: Book, municipality: int, wallet_id: UUID, viewer: Viewer) -> bool:
    """Return whether the viewer may spend from the wallet, as its owner or for its owner."""
    return book.may(municipality, wallet_id, viewer.person_id, viewer.relations(Relation.OWNER, Relation.DELEGATE))


def serves(book: Book, municipality: int, store_id: UUID, viewer: Viewer) -> bool:
    """Return whether the viewer is staff of the store."""
    return book.may(municipality, store_id, viewer.person_id, viewer.relations(Relation.STAFF))


def own_wallet(book: Book, municipality: int, wallet_id: UUID, viewer: Viewer) -> Holder:
    """Return a wallet that the viewer may spend from. UnknownWalletError."""
    wallet = known_wallet(book, municipality, wallet_id)
    if not owns(book, municipality, wallet_id, viewer):
        raise UnknownWalletError
    return wallet


def usable_wallet(book: Book, municipality: int, wallet_id: UUID, viewer: Viewer | None = None) -> Holder:
    """Return a wallet that is not frozen. UnknownWalletError, WalletFrozenError.

    Leave `viewer` out where a counter or the municipality moves the value: the caller has checked their right.
    """
    wallet = (
        known_wallet(book, municipality, wallet_id)
        if viewer is None
        else own_wallet(book, municipality, wallet_id, viewer)
    )
    require_not_frozen(wallet)
    return wallet


def require_not_frozen(wallet: Holder) -> None:
    """Raise WalletFrozenError for a wallet that its municipality has frozen."""
    if wallet.state == HolderState.FROZEN:
        raise WalletFrozenError


def require_payment(
    book: Book, municipality: int, wallet_id: UUID, store_id: UUID, viewer: Viewer, *, staff_may: bool = False
) -> None:
    """Check the payer, the payee, and that both take part now. `staff_may`: the store's staff may act for the wallet.

    UnknownWalletError, UnknownPayeeError, WalletFrozenError, StoreNotAcceptingError.
    """
    wallet = known_wallet(book, municipality, wallet_id)
    if not owns(book, municipality, wallet_id, viewer) and not (
        staff_may and serves(book, municipality, store_id, viewer)
    ):
        raise UnknownWalletError
    store = book.holder(municipality, store_id)
    if store is None or store.kind != HolderKind.STORE:
        raise UnknownPayeeError
    require_not_frozen(wallet)
    if store.state != HolderState.ACTIVE:
        raise StoreNotAcceptingError
