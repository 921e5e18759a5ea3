"""Who takes part in a request, as read under the locks: wallets that may be used, stores that accept.

A stranger hears that a wallet is unknown before hearing anything else of it.
"""

from uuid import UUID

from domain.ledger.book import Book, Holder
from domain.ledger.kinds import HolderKind, HolderState
from domain.ledger.refusals import StoreNotAcceptingError, UnknownPayeeError, UnknownWalletError, WalletFrozenError
from domain.viewer import Relation, Viewer


def known_wallet(book: Book, municipality: int, wallet_id: UUID) -> Holder:
    """A wallet of the town, whoever asks; UnknownWalletError."""
    wallet = book.holder(municipality, wallet_id)
    if wallet is None or wallet.kind != HolderKind.WALLET:
        raise UnknownWalletError
    return wallet


def owns(book: Book, municipality: int, wallet_id: UUID, viewer: Viewer) -> bool:
    """Whether the viewer may spend from the wallet, as its owner or for its owner."""
    return book.may(municipality, wallet_id, viewer.person_id, viewer.relations(Relation.OWNER, Relation.DELEGATE))


def serves(book: Book, municipality: int, store_id: UUID, viewer: Viewer) -> bool:
    """Whether the viewer is staff of the store."""
    return book.may(municipality, store_id, viewer.person_id, viewer.relations(Relation.STAFF))


def own_wallet(book: Book, municipality: int, wallet_id: UUID, viewer: Viewer) -> Holder:
    """A wallet that the viewer may spend from; UnknownWalletError."""
    wallet = known_wallet(book, municipality, wallet_id)
    if not owns(book, municipality, wallet_id, viewer):
        raise UnknownWalletError
    return wallet


def usable_wallet(book: Book, municipality: int, wallet_id: UUID, viewer: Viewer | None = None) -> Holder:
    """A wallet that takes part: UnknownWalletError, WalletFrozenError.

    Without a viewer it is somebody else's word that moves value into it: a counter's, or the town's.
    """
    wallet = (
        known_wallet(book, municipality, wallet_id)
        if viewer is None
        else own_wallet(book, municipality, wallet_id, viewer)
    )
    require_not_frozen(wallet)
    return wallet


def require_not_frozen(wallet: Holder) -> None:
    """WalletFrozenError for a wallet that its town has frozen."""
    if wallet.state == HolderState.FROZEN:
        raise WalletFrozenError


def require_payment(
    book: Book, municipality: int, wallet_id: UUID, store_id: UUID, viewer: Viewer, *, staff_may: bool = False
) -> None:
    """Who pays, who is paid, and whether both take part now. `staff_may`: the store's staff may act for the wallet.

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
