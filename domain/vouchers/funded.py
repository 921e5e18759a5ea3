"""Buying vouchers with money from outside: set aside before, kept or let go after, by the same key.

1 a row says that money may be set aside under a key   2 the service sets it aside   3 the ledger decides   4 the
service keeps it or lets go

Whatever dies in between, the row stays open, and a resent key or the job finishes it: it closes the purchase's key in
the ledger
first, and lets go only if that key can never settle any more. So money is never kept without vouchers, nor vouchers
given without it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

import structlog

from domain.assets.counters import counter_of
from domain.database import rows
from domain.funding.receipts import Authorised
from domain.funding.refusals import FundingDeclinedError, FundingUnavailableError
from domain.funding.settle import settle
from domain.identifiers import derived
from domain.ledger.book import Book
from domain.ledger.kinds import AccountKind, Funding, Operation
from domain.ledger.part import Part
from domain.ledger.refusals import KeyReusedError
from domain.ledger.request import Draft, Posted, Request, RequestKey
from domain.ports import Provider, ProviderUnavailableError
from domain.programmes.refusals import NotEligibleError
from domain.refusals import BusyError, InvalidInputError, OutcomeUnknownError, Refusal
from domain.residents import reads as residents
from domain.services import Services
from domain.viewer import Viewer
from domain.vouchers.kinds import VoucherState
from domain.vouchers.purchase import Deal, Purchase, deal_of, request_of
from domain.vouchers.refusals import VoucherNotOnSaleError

TOKEN_LIMIT = 500
OPEN_FOR = timedelta(minutes=10)
"""How long an authorisation may be open before the job finishes it."""
log = structlog.get_logger()


class FundingState(IntEnum):
    """Where an authorisation is."""

    OPEN = 0
    KEPT = 1
    VOIDED = 2


@dataclass(frozen=True, slots=True)
class _Mark:
    """An authorisation that may have been asked for. Whole yen."""

    municipality: int
    id: UUID
    actor: UUID
    key: UUID
    input_hash: bytes
    amount: int
    state: FundingState


async def purchase_with_funding(services: Services, viewer: Viewer, what: Purchase, token: str) -> Posted:
    """Buys with money that a payment service sets aside, or raises a refusal; then nothing was kept."""
    source = services.funding
    if source is None:
        raise FundingUnavailableError
    if not 0 < len(token) <= TOKEN_LIMIT:
        raise InvalidInputError("funding_token", "LENGTH")
    await residents.require_own(viewer, what.municipality, what.wallet_id)
    deal = await deal_of(services, what.municipality, what.wallet_id, what.product_id, what.units, gift=what.gift)
    request = await _request(viewer, what, deal)
    key = RequestKey(what.municipality, viewer.person_id, Operation.PURCHASE_VOUCHER, what.key)
    if not await services.ledger.has_ended(key):
        _check_before(services, deal)  # nobody's money is set aside for what cannot be bought
    mark = await _open(request, deal.price, services.clock())
    if mark.input_hash != request.input_hash:
        raise KeyReusedError
    if mark.state is FundingState.OPEN and not await _approved(source, mark, token):
        posted = await _finish(services, source, mark)
        if posted is None:
            raise FundingDeclinedError
        return posted
    return await _decide(services, source, mark, request)


def _check_before(services: Services, deal: Deal) -> None:
    if deal.product.state(services.clock()) is not VoucherState.ON_SALE:
        raise VoucherNotOnSaleError
    if deal.against is not None:
        raise NotEligibleError(deal.against)


async def _request(viewer: Viewer, what: Purchase, deal: Deal) -> Request:
    yen = (await counter_of(what.municipality, None)).yen
    mark = _authorisation_of(viewer.person_id, what.municipality, what.key)

    return request_of(viewer, what, deal, _ProviderPrice(deal, yen, mark), Funding.CARD)


@dataclass(frozen=True, slots=True)
class _ProviderPrice(Part):
    """The service owes the town the price: yen in the issuer's own box."""

    deal: Deal
    yen: int
    authorisation: UUID

    def apply(self, book: Book, draft: Draft, _at: datetime) -> None:
        """Adds the yen, and the authorisation that pays it."""
        town, issuer = self.deal.product.municipality, self.deal.issuer
        owed = book.plain(town, AccountKind.CASH, issuer, self.yen)
        draft.moves.append((book.plain(town, AccountKind.ISSUANCE, issuer, self.yen), owed, self.deal.price))
        draft.sections.append(Authorised(self.authorisation))


def _authorisation_of(actor: UUID, municipality: int, key: UUID) -> UUID:
    """The service's key for a purchase's key."""
    return derived(actor, "funding", str(municipality), str(key))


async def _approved(source: Provider, mark: _Mark, token: str) -> bool:
    try:
        return await source.authorise(mark.id, token, mark.amount)
    except ProviderUnavailableError as error:
        raise FundingUnavailableError from error


async def _decide(services: Services, source: Provider, mark: _Mark, request: Request) -> Posted:
    try:
        posted = await services.ledger.post(request)
    except (BusyError, OutcomeUnknownError):
        raise  # the same key asks again; the job finishes it if it never comes
    except Refusal:
        if mark.state is FundingState.OPEN:
            await _finish(services, source, mark)
        raise
    if mark.state is FundingState.OPEN:
        await _tell_if_possible(services, source, mark, FundingState.KEPT)
    return posted


async def settle_open(services: Services) -> int:
    """Finishes what was left open: what settled is kept, what did not can never settle any more and is let go.

    How many.
    """
    source = services.funding
    if source is None:
        return 0

    async def page(limit: int) -> list[_Mark]:
        found = await rows(
            f"""select municipality_id, id, actor, key, input_hash, amount, state from funding_authorisation
              where state = {FundingState.OPEN:d} and opened_at <= $1
              order by random() limit $2""",
            services.clock() - OPEN_FOR,
            limit,
        )
        return [_mark(row) for row in found]

    async def finished(mark: _Mark) -> None:
        posted = await _closed(services, mark)
        await _tell(services, source, mark, FundingState.VOIDED if posted is None else FundingState.KEPT)

    return await settle("purchase", page, finished)


async def _finish(services: Services, source: Provider, mark: _Mark) -> Posted | None:
    """Closes the purchase's key, and tells the service, or leaves that to the job. The journal if it settled."""
    posted = await _closed(services, mark)
    await _tell_if_possible(services, source, mark, FundingState.VOIDED if posted is None else FundingState.KEPT)
    return posted


async def _closed(services: Services, mark: _Mark) -> Posted | None:
    """Closes the purchase's key for ever, or learns that it settled: the journal then."""
    key = RequestKey(mark.municipality, mark.actor, Operation.PURCHASE_VOUCHER, mark.key)
    decision = await services.ledger.close(key)
    # The key may have bought with coin: then this money is not needed, and is let go.
    if isinstance(decision, Posted) and decision.receipt.find(Authorised) == Authorised(mark.id):
        return decision
    return None


async def _tell(services: Services, source: Provider, mark: _Mark, state: FundingState) -> None:
    """Keeps or lets go, and notes it. ProviderUnavailableError."""
    await (source.capture(mark.id, mark.amount) if state is FundingState.KEPT else source.void(mark.id))
    await rows(
        "update funding_authorisation set state = $3, closed_at = $4 where municipality_id = $1 and id = $2 and"
        f" state = {FundingState.OPEN:d} returning id",
        mark.municipality,
        mark.id,
        state,
        services.clock(),
    )


async def _tell_if_possible(services: Services, source: Provider, mark: _Mark, state: FundingState) -> None:
    """A service that does not answer is told again by the job."""
    try:
        await _tell(services, source, mark, state)
    except ProviderUnavailableError:
        log.warning("funding.unavailable", authorisation=str(mark.id), wanted=state.name)


async def _open(request: Request, amount: int, now: datetime) -> _Mark:
    """The row of a purchase's key, committed before the service hears of it."""
    mark = _authorisation_of(request.actor, request.municipality, request.key)
    await rows(
        """insert into funding_authorisation (municipality_id, id, actor, key, input_hash, amount, opened_at)
          values ($1, $2, $3, $4, $5, $6, $7) on conflict (municipality_id, id) do nothing returning id""",
        request.municipality,
        mark,
        request.actor,
        request.key,
        request.input_hash,
        amount,
        now,
    )
    [row] = await rows(
        "select municipality_id, id, actor, key, input_hash, amount, state from funding_authorisation where"
        " municipality_id = $1 and id = $2",
        request.municipality,
        mark,
    )
    return _mark(row)


def _mark(row: dict[str, object]) -> _Mark:
    municipality, mark, actor, key, input_hash, amount, state = row.values()
    return _Mark(municipality, mark, actor, key, bytes(input_hash), amount, FundingState(state))  # type: ignore[arg-type, call-overload] # in order
