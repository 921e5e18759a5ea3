"""Answers over a socket: one of a query or mutation, one for each item of a subscription.

Compiled subscriptions are encoded once for all subscriptions of a viewer that ask the same of an item. What is not
compiled is left to Strawberry's own stream.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Coroutine, Hashable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import orjson
from graphql import ExecutionResult, GraphQLError
from strawberry.types.execution import PreExecutionError

from domain.access.access import FRESH_SECONDS
from domain.events.turns import Turns
from domain.shared import Shared
from domain.viewer import Viewer
from schema.core.context import Context
from schema.engine.compiled.inputs import UncoercibleError
from schema.engine.compiled.outputs import FieldError, Run
from schema.engine.compiled.program import Program
from schema.engine.execute import Prepared, executed, prepared
from schema.engine.extensions import masked, refusal_of
from schema.root import schema

ITEMS_KEPT = 64
"""Encoded items of an audience; those that were encoded first are dropped first."""
Seconds = float
Encode = Callable[[], Coroutine[Any, Any, "Answer"]]


@dataclass(frozen=True, slots=True)
class Answer:
    """The JSON of a payload. `refused`: of a list of errors, because nothing has run."""

    payload: str
    refused: bool = False
    failed: bool = False


class Audience:
    """Subscriptions whose answers cannot differ: of one viewer and language, with the same document and arguments."""

    def __init__(self, turns: Turns, reader: Hashable) -> None:
        self._turns = turns
        self._reader = reader
        self._items: OrderedDict[Hashable, tuple[Seconds, asyncio.Task[Answer]]] = OrderedDict()
        self.encodings = 0

    async def answer(self, item: Hashable, encode: Encode) -> Answer:
        """The answer for an item: encoded by the first who asks, for as long as rights may be old."""
        now = time.monotonic()
        known = self._items.get(item)
        if known is None or now - known[0] > FRESH_SECONDS or _went_wrong(known[1]):
            known = self._items[item] = now, asyncio.create_task(encode())
            self.encodings += 1
            if len(self._items) > ITEMS_KEPT:
                self._items.popitem(last=False)
        elif not known[1].done():  # many may wait for it: they go on one slice at a time
            await asyncio.wait({known[1]})
            await self._turns.turn(self._reader)
        return await asyncio.shield(known[1])


def _went_wrong(task: "asyncio.Task[Answer]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None or task.result().failed)


AudienceKey = tuple[str, str | None, str, Viewer | None, str]
"""Document, name of the operation, arguments of its inner fields, viewer, language."""
AUDIENCES: Shared["WeakValueDictionary[AudienceKey, Audience]"] = Shared(WeakValueDictionary)
"""Of a process; an audience ends with its last subscription."""


async def answers(
    query: str, variables: dict[str, Any] | None, context: Context, operation_name: str | None
) -> AsyncGenerator[Answer, None]:
    """The answers of one operation, their errors as the client may read them."""
    known = prepared(query, operation_name, subscribes=True)
    if not known.subscribes:
        yield await _answer_once(known, variables, context, operation_name)
        return
    bound = _bound(known.program, variables or {}, context)
    if known.program is None or bound is None:
        items = _interpreted(query, variables, context, operation_name)
    else:
        audience = (query, operation_name, repr(bound.arguments[1:]), context.viewer, context.locale)
        items = _compiled(known, known.program, bound, variables, audience)
    async with aclosing(items):
        async for answer in items:
            yield answer


def _bound(program: Program | None, variables: dict[str, Any], context: Context) -> Run | None:
    try:
        return None if program is None else program.bind(variables, context)
    except UncoercibleError:
        return None


async def _answer_once(
    known: Prepared, variables: dict[str, Any] | None, context: Context, operation_name: str | None
) -> Answer:
    if known.document is None:
        errors = [masked(error, context).formatted for error in known.errors]
        return Answer(orjson.dumps(errors).decode(), refused=True)
    started = time.perf_counter()
    result = await executed(known, variables, context, operation_name)
    _observe(context, known, variables, started, failed=bool(result.errors))
    return _encoded(result)


async def _interpreted(
    query: str, variables: dict[str, Any] | None, context: Context, operation_name: str | None
) -> AsyncGenerator[Answer, None]:
    """Strawberry's stream, whose extensions refuse, mask and observe."""
    results = await schema.stream(
        query, variable_values=variables, context_value=context, operation_name=operation_name
    )
    async with aclosing(results):
        async for result in results:
            if isinstance(result, PreExecutionError):
                errors = [error.formatted for error in result.errors or ()]
                yield Answer(orjson.dumps(errors).decode(), refused=True)
                return
            yield _encoded(ExecutionResult(result.data, result.errors))  # type: ignore[union-attr]


async def _compiled(
    known: Prepared, program: Program, bound: Run, variables: dict[str, Any] | None, audience: AudienceKey
) -> AsyncGenerator[Answer, None]:
    context, started = bound.context, time.perf_counter()
    refused = await refusal_of(known.shape, context, variables)
    _observe(context, known, variables, started, failed=refused is not None)
    if refused is not None:
        yield _encoded(ExecutionResult(None, [masked(refused, context)]))
        return
    audiences = context.services.shared(AUDIENCES)
    listeners = audiences.get(audience)
    if listeners is None:
        listeners = audiences[audience] = Audience(context.services.bus.turns, context.signed_in.person_id)
    try:
        async with aclosing(program.items(bound)) as items:
            async for item in items:
                yield await _answer_for(program, bound, item, listeners)
    except Exception as error:  # noqa: BLE001 - told to the client; logged by `masked` if it is ours
        yield _encoded(ExecutionResult(None, [masked(GraphQLError(str(error), original_error=error), context)]))


async def _answer_for(program: Program, bound: Run, item: object, audience: Audience) -> Answer:
    async def encode() -> Answer:
        run = Run(bound.context, bound.arguments)
        try:
            result = ExecutionResult(await program.item(item, run), run.errors or None)
        except FieldError as error:
            result = ExecutionResult(None, [*run.errors, error.error])
        if result.errors:
            result.errors = [masked(error, bound.context) for error in result.errors]
        return _encoded(result)

    shared_as = getattr(item, "shared_as", None)
    if shared_as is None:
        return await encode()
    return await audience.answer((bound.context.services.access.epoch, shared_as), encode)


def _encoded(result: ExecutionResult) -> Answer:
    payload: dict[str, Any] = {"data": result.data}
    if result.errors:
        payload["errors"] = [error.formatted for error in result.errors]
    return Answer(orjson.dumps(payload).decode(), failed=bool(result.errors))


def _observe(
    context: Context, known: Prepared, variables: dict[str, Any] | None, started: Seconds, *, failed: bool
) -> None:
    if context.observe is not None:
        context.observe(known.shape.field, failed, time.perf_counter() - started, (known.shape.texts, variables))
