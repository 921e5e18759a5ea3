"""The saga of money from outside, the same for everything that it pays. Each step may be repeated at any time.

    open        a row says that money may be set aside, committed before the provider is called
    authorise   the provider sets the amount aside, outside of every transaction, under the row's reference
    post        the ledger decides under the client's key
    close       the keys that could still use the money are ended for ever
    capture     the money that the ledger has taken in; everything else is voided

The steps are taken by the client's request, by the same key again, or by the job (`settle.py`), also by several of them
at once. Whether money is captured depends only on how its keys ended in the ledger, so all of them decide the same:
nothing is captured that was not posted, and nothing stays posted that is not captured.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

import structlog

from domain.database import Fault, classify, rows
from domain.funding import reads
from domain.funding.kinds import OPEN, AuthorisationState
from domain.funding.reads import AUTHORISATION, Authorisation, authorisation_from
from domain.funding.receipts import Authorised
from domain.funding.refusals import FundingDeclinedError, FundingUnavailableError
from domain.identifiers import derived
from domain.ledger.book import Book
from domain.ledger.kinds import Operation
from domain.ledger.refusals import KeyReusedError
from domain.ledger.request import Draft, Posted, Request, RequestKey
from domain.ports import Provider, ProviderUnavailableError
from domain.refusals import BusyError, OutcomeUnknownError, Refusal, UnavailableError, UnstoredRefusal
from domain.services import Services

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Use:
    """A use of money from outside: how the keys of its authorisations are ended. Each room that is paid has one."""

    operation: Operation
    """Of the client's key."""
    close_entry: Callable[[Services, Authorisation], Awaitable[bool]]
    """End the key whose journal takes the money in, and return whether it settled."""
    close_all: Callable[[Services, Authorisation, Posted | None], Awaitable[bool]]
    """End every key that could use the money, and return whether it stays taken in, to be captured. The last argument
    is the client's journal, where it settled just now."""
    same_key_after: tuple[type[Refusal], ...] = (BusyError, OutcomeUnknownError, UnavailableError)
    """Refusals after which the same key may still use the money, so that it stays set aside until the job runs."""


@dataclass(frozen=True, slots=True)
class Opening:
    """An authorisation to open for a client's key. Whole yen."""

    key: RequestKey
    input_hash: bytes
    amount: int
    source_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Funded:
    """A client's request that is paid with money from outside. `token`: of the card or account, from the provider."""

    use: Use
    input_hash: bytes
    token: str = field(repr=False)
    post: Callable[[Authorisation], Awaitable[Posted]]
    """Settle the client's key, or raise its refusal; a key that has ended answers as it ended."""


async def open_authorisation(services: Services, opening: Opening) -> Authorisation:
    """Commit the authorisation of a client's key, or return the one that it has already."""
    if services.funding is None and await reads.authorisation_of(opening.key) is None:
        raise FundingUnavailableError  # without a provider the row could not be finished
    key = opening.key
    # Without a target: simultaneous requests of one key meet at the primary key, before the key's own index.
    inserted = await rows(
        f"""insert into provider_authorisation (municipality_id, id, actor, operation, key, input_hash, source_id,
          amount, opened_at)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning {AUTHORISATION}""",
        key.municipality,
        reference_of(key),
        key.actor,
        key.operation,
        key.key,
        opening.input_hash,
        opening.source_id,
        opening.amount,
        services.clock(),
    )
    authorisation = authorisation_from(inserted[0]) if inserted else await reads.authorisation_of(key)
    if authorisation is None:
        message = "the reference of a key belongs to the authorisation of another key"
        raise LookupError(message)
    return authorisation


def reference_of(key: RequestKey) -> UUID:
    """Return the provider's reference for a client's key: the same one again where a restored backup has lost the row.

    A row from before this table keeps the reference that it had: top-ups a random one, purchases one without the
    operation. Where a backup has lost such a row, the provider knows the money under a reference that none derives.
    """
    return derived(key.actor, "funding", str(key.municipality), str(key.operation.value), str(key.key))


async def run(services: Services, authorisation: Authorisation, funded: Funded) -> Posted:
    """Take the saga from its present step to its end. Return the journal of the client's key, or raise its refusal.

    If the provider does not answer after the ledger has decided, the job captures or voids later.
    """
    if not authorisation.is_for(funded.input_hash):
        raise KeyReusedError
    if authorisation.is_open:
        await _authorise(services, authorisation, funded)
    try:
        posted = await funded.post(authorisation)
    except funded.use.same_key_after:
        raise
    except Refusal:
        await _finish_if_possible(services, funded.use, authorisation, None)
        raise
    await _finish_if_possible(services, funded.use, authorisation, posted)
    return posted


async def finish(services: Services, use: Use, authorisation: Authorisation, posted: Posted | None = None) -> None:
    """End the keys, then capture or void. Repeating it changes nothing. ProviderUnavailableError."""
    if not authorisation.is_open:
        return
    if services.funding is None:
        raise ProviderUnavailableError
    if await use.close_all(services, authorisation, posted):
        await services.funding.capture(authorisation.id, authorisation.amount)
        await _set_state(authorisation, AuthorisationState.CAPTURED, services.clock())
    else:
        await services.funding.void(authorisation.id)
        await _set_state(authorisation, AuthorisationState.VOIDED, services.clock())


def one_journal(operation: Operation) -> Use:
    """Return the use of money that one journal takes in, under the client's key; see `funded_by_one_journal`."""

    async def close(services: Services, authorisation: Authorisation) -> bool:
        ended = await services.ledger.close(authorisation.key)
        return isinstance(ended, Posted) and _is_paid_by(ended, authorisation)

    async def close_all(services: Services, authorisation: Authorisation, posted: Posted | None) -> bool:
        if posted is None:
            return await close(services, authorisation)
        return _is_paid_by(posted, authorisation)

    return Use(operation, close, close_all)


def funded_by_one_journal(services: Services, use: Use, request: Request, token: str) -> Funded:
    """Return a request whose money `one_journal` takes in. Its receipt names the authorisation."""

    async def post(authorisation: Authorisation) -> Posted:
        def plan(book: Book, at: datetime) -> Draft:
            draft = request.plan(book, at)
            draft.sections.append(Authorised(authorisation.id))
            return draft

        return await services.ledger.post(replace(request, plan=plan))

    return Funded(use, request.input_hash, token, post)


def _is_paid_by(posted: Posted, authorisation: Authorisation) -> bool:
    """Return whether a journal took this money in. The key may have been used without it."""
    return posted.receipt.find(Authorised) == Authorised(authorisation.id)


async def _authorise(services: Services, authorisation: Authorisation, funded: Funded) -> None:
    """Set the amount aside, unless another run has done so. FundingDeclinedError, FundingUnavailableError."""
    if authorisation.state is AuthorisationState.AUTHORISED:
        return
    provider = services.funding
    if provider is None:
        raise FundingUnavailableError
    try:
        approved = await provider.authorise(authorisation.id, funded.token, authorisation.amount)
    except ProviderUnavailableError as error:
        raise FundingUnavailableError from error
    if approved:
        await _set_state(authorisation, AuthorisationState.AUTHORISED)
    elif not await funded.use.close_entry(services, authorisation):
        # The key has ended, so that no other run, which may have been approved meanwhile, can take the money in.
        await _release_declined(services, provider, authorisation)
        raise FundingDeclinedError


async def _release_declined(services: Services, provider: Provider, authorisation: Authorisation) -> None:
    try:
        await provider.void(authorisation.id)
    except ProviderUnavailableError:
        _warn(authorisation)
    else:
        await _set_state(authorisation, AuthorisationState.DECLINED, services.clock())


async def _finish_if_possible(
    services: Services, use: Use, authorisation: Authorisation, posted: Posted | None
) -> None:
    """Finish after the ledger has decided. If provider or ledger do not answer now, the job finishes later.

    What the ledger has decided is the answer: the caller never hears of a step behind it that it moved nothing.
    """
    try:
        await finish(services, use, authorisation, posted)
    except (ProviderUnavailableError, UnstoredRefusal):
        _warn(authorisation)
    except Exception as error:
        if classify(error) is not Fault.UNAVAILABLE:
            raise
        _warn(authorisation)


def _warn(authorisation: Authorisation) -> None:
    log.warning("funding.unavailable", operation=authorisation.key.operation.name, reference=str(authorisation.id))


async def _set_state(
    authorisation: Authorisation, state: AuthorisationState, closed_at: datetime | None = None
) -> None:
    """Set the state of an authorisation that is open. One that has ended keeps its state."""
    await rows(
        """update provider_authorisation set state = $3, closed_at = $4
          where municipality_id = $1 and id = $2 and state = any ($5::smallint[]) returning id""",
        authorisation.municipality,
        authorisation.id,
        state,
        closed_at,
        list(OPEN),
    )
