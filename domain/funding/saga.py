"""Money from outside, for whatever it pays: one saga, each step of which may be repeated by anybody at any time.

    open        a row says that money may be set aside, committed before the provider hears of it
    authorise   the provider sets the amount aside, outside of every transaction, under the row's reference
    post        the ledger decides under the client's key
    close       the keys that could still use the money are ended for ever
    capture     the money that the ledger has taken in; everything else is voided

The steps are taken by the client's request, by the same key again, or by the job (`settle.py`), also by several of them
at once. Whether money is captured depends only on how its keys ended in the ledger, so all of them decide alike:
nothing is captured that was not posted, and nothing stays posted that is not captured.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

import structlog

from domain.database import rows
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
from domain.refusals import BusyError, OutcomeUnknownError, Refusal
from domain.services import Services

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Use:
    """What money from outside pays for: how the keys of an authorisation are ended. Each room that is paid has one."""

    operation: Operation
    """Of the client's key."""
    close_entry: Callable[[Services, Authorisation], Awaitable[bool]]
    """End the key whose journal takes the money in; whether it settled."""
    close_all: Callable[[Services, Authorisation, Posted | None], Awaitable[bool]]
    """End every key that could use the money; whether it stays taken in, and is captured. With the answer to the
    client, where it settled just now."""
    same_key_after: tuple[type[Refusal], ...] = (BusyError, OutcomeUnknownError)
    """Refusals after which the same key may still use the money, so that it stays set aside until the job comes."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What is to be set aside for a client's key. Whole yen."""

    key: RequestKey
    input_hash: bytes
    amount: int
    source_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Funded:
    """A client's request that is paid with money from outside. The token names the card or account to the provider."""

    use: Use
    input_hash: bytes
    token: str = field(repr=False)
    post: Callable[[Authorisation], Awaitable[Posted]]
    """Settle the client's key, or raise its refusal; a key that has ended answers as it ended."""


async def open_authorisation(services: Services, opening: Opening) -> Authorisation:
    """The authorisation of a client's key, committed; the one of before where there is one already."""
    if services.funding is None and await reads.authorisation_of(opening.key) is None:
        raise FundingUnavailableError  # a row that nobody can finish is not begun
    key = opening.key
    [row] = await rows(
        f"""insert into provider_authorisation (municipality_id, id, actor, operation, key, input_hash, source_id,
          amount, opened_at)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
          on conflict (municipality_id, actor, operation, key) do update set state = provider_authorisation.state
          returning {AUTHORISATION}""",
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
    return authorisation_from(row)


def reference_of(key: RequestKey) -> UUID:
    """The provider's reference for a client's key: the same for ever, also where the row is lost with a backup."""
    return derived(key.actor, "funding", str(key.municipality), str(key.operation.value), str(key.key))


async def run(services: Services, authorisation: Authorisation, funded: Funded) -> Posted:
    """Take the saga from where it is to its end: the answer to the client's key, or its refusal.

    A provider that does not answer once the ledger has decided is told by the job.
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
    """End the keys, then capture or void. ProviderUnavailableError; repeating it changes nothing."""
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
    """The use of money that one journal takes in, under the client's key: see `funded_by_one_journal`."""

    async def close(services: Services, authorisation: Authorisation) -> bool:
        ended = await services.ledger.close(authorisation.key)
        return isinstance(ended, Posted) and _is_paid_by(ended, authorisation)

    async def close_all(services: Services, authorisation: Authorisation, posted: Posted | None) -> bool:
        if posted is None:
            return await close(services, authorisation)
        return _is_paid_by(posted, authorisation)

    return Use(operation, close, close_all)


def funded_by_one_journal(services: Services, use: Use, request: Request, token: str) -> Funded:
    """A request whose money `one_journal` takes in; its receipt names the authorisation."""

    async def post(authorisation: Authorisation) -> Posted:
        def plan(book: Book, at: datetime) -> Draft:
            draft = request.plan(book, at)
            draft.sections.append(Authorised(authorisation.id))
            return draft

        return await services.ledger.post(replace(request, plan=plan))

    return Funded(use, request.input_hash, token, post)


def _is_paid_by(posted: Posted, authorisation: Authorisation) -> bool:
    """Whether a journal took this money in: the key may have been used without it, and then it is not needed."""
    return posted.receipt.find(Authorised) == Authorised(authorisation.id)


async def _authorise(services: Services, authorisation: Authorisation, funded: Funded) -> None:
    """Return once the amount is set aside, or has been taken in by somebody else who heard so."""
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
        # Nobody can take the money in any more, also who has heard a yes meanwhile: that is released.
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
    """The ledger has decided: a provider that does not answer now is told by the job."""
    try:
        await finish(services, use, authorisation, posted)
    except ProviderUnavailableError:
        _warn(authorisation)


def _warn(authorisation: Authorisation) -> None:
    log.warning("funding.unavailable", operation=authorisation.key.operation.name, reference=str(authorisation.id))


async def _set_state(
    authorisation: Authorisation, state: AuthorisationState, closed_at: datetime | None = None
) -> None:
    """What has ended keeps its end."""
    await rows(
        """update provider_authorisation set state = $3, closed_at = $4
          where municipality_id = $1 and id = $2 and state = any ($5::smallint[]) returning id""",
        authorisation.municipality,
        authorisation.id,
        state,
        closed_at,
        list(OPEN),
    )
