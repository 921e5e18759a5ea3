"""Root fields as declarations: resolver, answer, who may call, what it moves, what it may refuse, and its words.

    query(resolver, Answer, description=..., roles=...)                       an object, a list, a connection
    query(resolver, QuotePaymentPayload, ..., refuses=(...))                  a quote, answered by a payload
    mutation(resolver, PayPayload, ..., operation=Operation.PAY, refuses=(...))
    subscription(resolver, Event, ..., visible=visible_wallet)

Tables of names, such as who may call what and what moves value, are computed from them: see `schema.engine.declared`.
"""

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from enum import Enum
from functools import partial, wraps
from typing import Any, get_args

import strawberry
import structlog

from domain import logs
from domain.database import to_the_end
from domain.events.turns import SUBSCRIBERS
from domain.ledger.kinds import Operation
from domain.ledger.ledger import MOVED
from domain.ledger.refusals import AbandonedError, KeyReusedError, RequestExpiredError
from domain.refusals import BusyError, NotPermittedError, OutcomeUnknownError, Refusal, UnavailableError
from domain.viewer import MUNICIPAL_STAFF, Role
from schema.core.context import MeguruInfo
from schema.core.errors import NotFoundError, outage_of
from schema.core.live import while_allowed
from schema.core.refusals import Payload
from schema.core.refusals import Refusal as ContractRefusal

log = structlog.get_logger()


class Audience(Enum):
    """Who may call a field that needs no role."""

    EVERYBODY = "Also without a token."
    SIGNED_IN = "With a valid token, also one without roles."


EVERYBODY = Audience.EVERYBODY
SIGNED_IN = Audience.SIGNED_IN
ANY_ROLE = frozenset(Role)
"""A token with at least one role."""
RESIDENT = frozenset({Role.RESIDENT})
STORE_STAFF = frozenset({Role.MERCHANT_STAFF})
COUNTER = frozenset({Role.MERCHANT_STAFF, Role.DESK})
DESK = frozenset({Role.DESK})
FINANCE = frozenset({Role.FINANCE})
FINANCE_OR_DESK = frozenset({Role.FINANCE, Role.DESK})
OFFICERS = frozenset({Role.FINANCE, Role.AUDITOR})
STAFF = MUNICIPAL_STAFF
Roles = frozenset[Role] | Audience
OUTAGE = (OutcomeUnknownError, UnavailableError)
"""What every mutation may answer while the database is away."""
LEDGER = (KeyReusedError, AbandonedError, RequestExpiredError, BusyError)
"""What every mutation that moves value may answer."""
DECLARATION = "declaration"
"""The key of a field's declaration in its metadata."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is known of a root field beside its resolver and answer.

    roles: who may call it: a token needs one of them. operation: the verb of its idempotency key, for `outcome` and
    `abandon`. refuses: the refusals that are in its payload; every other refusal is an error of the request.
    """

    roles: Roles
    operation: Operation | None = None
    moves_value: bool = False
    refuses: tuple[type[Refusal], ...] = ()

    def check(self, info: MeguruInfo) -> None:
        """Raises UnauthenticatedError or NotPermittedError for who may not call it."""
        if self.roles is Audience.EVERYBODY:
            return
        viewer = info.context.signed_in
        if self.roles is not Audience.SIGNED_IN:
            viewer.require(self.roles)

    def permits(self, info: MeguruInfo) -> bool:
        """Whether the viewer may call it; UnauthenticatedError where there is none."""
        try:
            self.check(info)
        except NotPermittedError:
            return False
        return True


def query(
    resolver: Callable[..., Any],
    answer: Any,  # noqa: ANN401 - any output type
    *,
    description: str,
    roles: Roles,
    refuses: tuple[type[Refusal], ...] = (),
) -> Any:  # noqa: ANN401 - a Strawberry field
    """A field of Query. A quote is answered by a payload and says what it may refuse.

    An object that may be null is null for who may not call it. What only municipal staff may call may be null beside
    an error, so that one forbidden field leaves the other fields of the query.
    """
    quote = isinstance(answer, type) and issubclass(answer, Payload)
    declared = Declaration(roles, refuses=(*refuses, NotPermittedError, UnavailableError) if quote else ())
    of_staff = not quote and not isinstance(roles, Audience) and roles <= MUNICIPAL_STAFF
    shown = answer | None if of_staff else answer
    return _field(resolver, answer, description, declared, shown)


def mutation(
    resolver: Callable[..., Awaitable[Payload]],
    answer: type[Payload],
    *,
    description: str,
    roles: Roles,
    operation: Operation | None = None,
    moves_value: bool = False,
    refuses: tuple[type[Refusal], ...] = (),
) -> Any:  # noqa: ANN401 - a Strawberry field
    """A field of Mutation, answered by a payload.

    With an operation it moves value under the caller's idempotency key.
    """
    moves_value = moves_value or operation is not None
    every = dict.fromkeys((*refuses, NotPermittedError, *(LEDGER if operation is not None else ()), *OUTAGE))
    return _field(resolver, answer, description, Declaration(roles, operation, moves_value, tuple(every)))


def subscription(
    resolver: Callable[..., AsyncGenerator[Any, None]],
    answer: Any,  # noqa: ANN401 - any output type
    *,
    description: str,
    roles: Roles,
    visible: Callable[..., Awaitable[object]],
) -> Any:  # noqa: ANN401 - a Strawberry field
    """A field of Subscription. For who may not call it, its object is not there.

    visible: takes the arguments of the resolver, and raises NotFoundError where the viewer may not follow the object.
    It is asked before the first item and whenever a right of the viewer may have changed.
    """
    declared = Declaration(roles)

    @wraps(resolver)
    async def resolve(info: MeguruInfo, **arguments: object) -> AsyncGenerator[Any, None]:
        if not declared.permits(info):
            raise NotFoundError
        allowed = partial(visible, info, **arguments)
        items = while_allowed(info.context, allowed, resolver(info, **arguments))
        with info.context.services.shared(SUBSCRIBERS).subscription(info.context.signed_in.person_id):
            async with aclosing(items):
                async for item in items:
                    yield item

    metadata = {DECLARATION: declared}
    return strawberry.subscription(resolver=resolve, graphql_type=answer, description=description, metadata=metadata)


def _field(
    resolver: Callable[..., Any],
    answer: Any,  # noqa: ANN401 - any output type
    description: str,
    declared: Declaration,
    shown: Any = None,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """The field; `shown`: the answer's type in the contract, where that is another."""
    return strawberry.field(
        resolver=_guarded(resolver, answer, declared),
        graphql_type=shown or answer,
        description=_described(description, declared),
        metadata={DECLARATION: declared},
    )


def _guarded(resolver: Callable[..., Any], answer: Any, declared: Declaration) -> Callable[..., Any]:  # noqa: ANN401
    if declared.refuses:
        return _refusing(resolver, answer, declared)
    return _seen(resolver, declared) if type(None) in get_args(answer) else _checked(resolver, declared)


def _described(description: str, declared: Declaration) -> str:
    codes = ", ".join(f"`{kind.code}`" for kind in declared.refuses)
    return f"{description}\n\nRefusal codes: {codes}." if codes else description


def _refusing(
    resolver: Callable[..., Coroutine[Any, Any, Payload]], answer: type[Payload], declared: Declaration
) -> Callable[..., Any]:
    @wraps(resolver)
    async def resolve(info: MeguruInfo, **arguments: object) -> Payload:
        info.context.moved = []
        MOVED.set(info.context.moved)
        try:
            declared.check(info)
            payload: Payload = await _finished(resolver(info, **arguments), info, declared)
        except Exception as error:
            refusal = outage_of(error, moved=bool(info.context.moved)) or error
            if not isinstance(refusal, declared.refuses):
                raise
            info.context.refusal = refusal.code
            if isinstance(refusal, UnavailableError):
                logs.rarely(log.warning, "database.away", trace_id=info.context.trace_id)
            return answer(refusal=ContractRefusal(refusal=refusal, locale=info.context.locale))
        return payload

    return resolve


async def _finished(work: Coroutine[Any, Any, Payload], info: MeguruInfo, declared: Declaration) -> Payload:
    """A reader that goes ends what it reads. What moves value goes on to its outcome."""
    return await (to_the_end(work) if declared.moves_value and info.context.on_socket else work)


def _seen(resolver: Callable[..., Awaitable[Any]], declared: Declaration) -> Callable[..., Any]:
    @wraps(resolver)
    async def resolve(info: MeguruInfo, **arguments: object) -> Any:  # noqa: ANN401 - as the resolver
        return await resolver(info, **arguments) if declared.permits(info) else None

    return resolve


def _checked(resolver: Callable[..., Any], declared: Declaration) -> Callable[..., Any]:
    if not inspect.iscoroutinefunction(resolver):

        @wraps(resolver)
        def answer(info: MeguruInfo, **arguments: object) -> Any:  # noqa: ANN401 - as the resolver
            declared.check(info)
            return resolver(info, **arguments)

        return answer

    @wraps(resolver)
    async def resolve(info: MeguruInfo, **arguments: object) -> Any:  # noqa: ANN401 - as the resolver
        declared.check(info)
        return await resolver(info, **arguments)

    return resolve
