"""What a provider owes a municipality for captured money: yen of the issuer's own cash account."""

from dataclasses import dataclass
from uuid import UUID

from domain.assets.kinds import AssetKind
from domain.assets.reads import ASSETS
from domain.ledger.book import Account, Book
from domain.ledger.kinds import AccountKind
from domain.ledger.refusals import UnknownWalletError
from domain.municipalities import reads as municipalities
from domain.services import Services


@dataclass(frozen=True, slots=True)
class Treasury:
    """The creditor of the provider: a municipality's issuer, and the number of its yen asset."""

    municipality: int
    issuer: UUID
    yen: int

    def owed(self, book: Book, amount: int) -> tuple[Account, Account, int]:
        """Return the move by which the provider comes to owe an amount (yen)."""
        return self._account(book, AccountKind.ISSUANCE), self._account(book, AccountKind.CASH), amount

    def released(self, book: Book, amount: int) -> tuple[Account, Account, int]:
        """Return the move by which the provider no longer owes an amount (yen)."""
        return self._account(book, AccountKind.CASH), self._account(book, AccountKind.ISSUANCE), amount

    def _account(self, book: Book, kind: AccountKind) -> Account:
        return book.plain(self.municipality, kind, self.issuer, self.yen)


async def treasury_of(services: Services, municipality: int) -> Treasury:
    """Return the treasury of a municipality."""
    town = await municipalities.by_id(municipality)
    if town is None:
        raise UnknownWalletError
    yen = next(asset.id for asset in await services.shared(ASSETS).of(municipality) if asset.kind is AssetKind.CASH)
    return Treasury(municipality, town.issuer_id, yen)
