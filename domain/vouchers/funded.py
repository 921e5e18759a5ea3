"""Purchases of vouchers with money from outside, posted in one journal by the saga of `domain/funding`."""

from dataclasses import dataclass
from datetime import datetime

from domain.funding import saga
from domain.funding.owed import Treasury, treasury_of
from domain.funding.refusals import FundingUnavailableError
from domain.funding.saga import Opening
from domain.ledger.book import Book
from domain.ledger.kinds import Funding, Operation
from domain.ledger.part import Part
from domain.ledger.request import Draft, Posted, Request, RequestKey
from domain.programmes.refusals import NotEligibleError
from domain.refusals import InvalidInputError
from domain.residents import reads as residents
from domain.services import Services
from domain.viewer import Viewer
from domain.vouchers.kinds import VoucherState
from domain.vouchers.purchase import Deal, Purchase, deal_of, request_of
from domain.vouchers.refusals import VoucherNotOnSaleError

TOKEN_LIMIT = 500
FUNDED_PURCHASE = saga.one_journal(Operation.PURCHASE_VOUCHER)


async def purchase_with_funding(services: Services, viewer: Viewer, purchase: Purchase, token: str) -> Posted:
    """Buy with money that a provider sets aside, or raise a refusal; then nothing was captured."""
    key = RequestKey(purchase.municipality, viewer.person_id, Operation.PURCHASE_VOUCHER, purchase.key)
    has_ended = await services.ledger.has_ended(key)
    if services.funding is None and not has_ended:
        raise FundingUnavailableError
    if not 0 < len(token) <= TOKEN_LIMIT:
        raise InvalidInputError("funding_token", "LENGTH")
    await residents.require_own(viewer, purchase.municipality, purchase.wallet_id)
    deal = await deal_of(
        services, purchase.municipality, purchase.wallet_id, purchase.product_id, purchase.units, gift=purchase.gift
    )
    if not has_ended:
        _check_sale(services, deal)  # so that no money is set aside for units that cannot be bought
    request = _request(viewer, purchase, deal, await treasury_of(services, purchase.municipality))
    authorisation = await saga.open_authorisation(services, Opening(key, request.input_hash, deal.price))
    funded = saga.funded_by_one_journal(services, FUNDED_PURCHASE, request, token)
    return await saga.run(services, authorisation, funded)


def _check_sale(services: Services, deal: Deal) -> None:
    if deal.product.state(services.clock()) is not VoucherState.ON_SALE:
        raise VoucherNotOnSaleError
    if deal.against is not None:
        raise NotEligibleError(deal.against)


def _request(viewer: Viewer, purchase: Purchase, deal: Deal, treasury: Treasury) -> Request:
    return request_of(viewer, purchase, deal, _ProviderPrice(treasury, deal.price), Funding.CARD)


@dataclass(frozen=True, slots=True)
class _ProviderPrice(Part):
    """The price in yen, which the provider owes the municipality: in the cash account of the issuer. Whole units."""

    treasury: Treasury
    price: int

    def apply(self, book: Book, draft: Draft, _at: datetime) -> None:
        """Add the move of the yen."""
        draft.moves.append(self.treasury.owed(book, self.price))
