"""One query or mutation: limits and permissions decided once per document, its answer by a compiled program.

The same limits, permissions and masks as in `schema.engine.extensions`, which serve subscriptions. What is not
compiled, and what a program will not take, goes to the executor underneath, which also says what is wrong with an
input.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from inspect import isawaitable
from typing import Any, TypeGuard, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
)
from graphql import execute as core_execute
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import validate_document

from schema.core.context import Context
from schema.core.errors import OPERATION_SECONDS, TimedOutError
from schema.engine.compiled.inputs import UncoercibleError
from schema.engine.compiled.program import Program, compiled
from schema.engine.cost import too_costly
from schema.engine.extensions import (
    CACHED_DOCUMENTS,
    NO_SHAPE,
    NO_SUCH_OPERATION,
    TOKEN_LIMIT,
    Shape,
    masked,
    operations_of,
    refusal_of,
    shape_of,
)
from schema.engine.limits import RULES
from schema.root import schema

_IS_AWAITABLE = cast("Callable[[Any], TypeGuard[Awaitable[Any]]]", optimized_is_awaitable)
_CORE = schema._schema  # noqa: SLF001 - the schema that Strawberry built has no public door


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation of a document as far as it can be known without its variables.

    What is wrong with it, or how to run it.
    """

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...]
    shape: Shape
    program: Program | None = None
    subscribes: bool = False


async def execute(
    query: str, variables: dict[str, Any] | None, context: Context, operation_name: str | None
) -> ExecutionResult:
    """The result of one operation, its errors as the client may read them."""
    return await executed(prepared(query, operation_name), variables, context, operation_name)


async def executed(
    known: Prepared, variables: dict[str, Any] | None, context: Context, operation_name: str | None
) -> ExecutionResult:
    """The same of a query or mutation that is prepared."""
    if known.document is None:
        return _refused(context, *known.errors)
    refused = await refusal_of(known.shape, context, variables)
    if refused is not None:
        return _refused(context, refused)
    working = _answer(known.program, known.document, variables, context, operation_name)
    result = await (_in_time(working) if known.shape.reads else working)
    if result.errors:
        result.errors = [masked(error, context) for error in result.errors]
    return result


def texts_in_document(query: str, operation_name: str | None) -> tuple[str, ...]:
    """The texts that an operation names itself, beside its variables."""
    return prepared(query, operation_name).shape.texts


async def _answer(
    program: Program | None,
    document: DocumentNode,
    variables: dict[str, Any] | None,
    context: Context,
    operation_name: str | None,
) -> ExecutionResult:
    return await _run(program, variables or {}, context) or await _interpret(
        document, variables, context, operation_name
    )


async def _in_time(working: Awaitable[ExecutionResult]) -> ExecutionResult:
    """The result of a query; after OPERATION_SECONDS it is cancelled. A mutation is never: it runs to its outcome."""
    try:
        async with asyncio.timeout(OPERATION_SECONDS):
            return await working
    except TimeoutError:
        error = TimedOutError()
        return ExecutionResult(None, [GraphQLError(str(error), extensions={"code": error.code})])


async def _run(program: Program | None, variables: dict[str, Any], context: Context) -> ExecutionResult | None:
    """The program's result; None, and nothing has run, where there is none or where it does not take the variables."""
    if program is None:
        return None
    try:
        run = program.bind(variables, context)
    except UncoercibleError:
        return None
    return await program.execute(run)


async def _interpret(
    document: DocumentNode, variables: dict[str, Any] | None, context: Context, operation_name: str | None
) -> ExecutionResult:
    context.interpreted = True
    result = core_execute(
        _CORE,
        document,
        context_value=context,
        variable_values=variables,
        operation_name=operation_name,
        is_awaitable=_IS_AWAITABLE,
        executor_class=schema.execution_context_class,
        operation_extensions=None,
    )
    return await result if isawaitable(result) else result


@lru_cache(maxsize=CACHED_DOCUMENTS)
def prepared(query: str, operation_name: str | None, *, subscribes: bool = False) -> Prepared:
    """Parses, validates and compiles. Apps send few documents, so most are known.

    subscribes: whether it came on a way that serves subscriptions too.
    """
    nothing = Prepared(None, (GraphQLError(NO_SUCH_OPERATION, extensions={"code": "BAD_REQUEST"}),), NO_SHAPE)
    if not query:
        return nothing
    try:
        document = parse(query, max_tokens=TOKEN_LIMIT)
    except GraphQLError as error:
        return Prepared(None, (error,), NO_SHAPE)
    if not any(isinstance(node, OperationDefinitionNode) for node in document.definitions):
        return nothing
    errors = tuple(validate_document(_CORE, document, (*specified_rules, *RULES)))
    if errors:
        return Prepared(None, errors, NO_SHAPE)
    shape = shape_of(_CORE, document, operation_name)
    operations = list(operations_of(document, operation_name))
    follows = any(operation.operation is OperationType.SUBSCRIPTION for operation in operations)
    if not operations or (follows and not subscribes):
        return Prepared(None, nothing.errors, shape)
    runs = len(operations) == 1 and too_costly(shape.cost.least) is None
    return Prepared(document, (), shape, compiled(_CORE, document, operations[0]) if runs else None, follows)


def is_query(query: str, operation_name: str | None) -> bool:
    """Whether an operation only reads. One that cannot be carried out counts: its errors say why."""
    document = prepared(query, operation_name).document
    return document is None or all(
        node.operation is OperationType.QUERY for node in operations_of(document, operation_name)
    )


def _refused(context: Context, *errors: GraphQLError) -> ExecutionResult:
    return ExecutionResult(data=None, errors=[masked(error, context) for error in errors])
