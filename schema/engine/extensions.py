"""Once per operation: limits, permissions, and what a client may read of an error."""

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import structlog
from graphql import (
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    Visitor,
    visit,
)
from graphql import OperationType as OperationKind
from strawberry.exceptions import MissingQueryError, StrawberryInputCoercionError
from strawberry.extensions import (
    AddValidationRules,
    MaskErrors,
    MaxTokensLimiter,
    ParserCache,
    SchemaExtension,
    ValidationCache,
)
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from domain import logs
from domain.events.turns import TooManySubscriptionsError
from domain.locales.catalogue import message
from domain.refusals import Refusal, UnavailableError
from domain.tries.refusals import TooManyTriesError
from schema.core.context import Context, UnauthenticatedError
from schema.core.errors import BadCursorError, NotFoundError, TimedOutError, TooManyError, outage_of
from schema.core.fields import EVERYBODY
from schema.engine.cost import FREE, Cost, cost_of, too_costly
from schema.engine.declared import declarations
from schema.engine.limits import RULES

log = structlog.get_logger()
CACHED_DOCUMENTS = 1_000
TOKEN_LIMIT = 2_000
NO_SUCH_OPERATION = (
    "There is no such operation in the document, or it does not go this way: subscriptions go over the WebSocket, the"
    " others by POST."
)
INTROSPECTION = {"__schema", "__type"}
NO_INTROSPECTION = "Introspection is for the development profile; the contract is published as schema.graphql."
AMBIGUOUS = "The document has several operations: say which by `operationName`."
FAULT = (
    "Something went wrong on our side. Nothing is known to have moved: ask `outcome` with your key. / "
    "申し訳ありません。こちらで不具合が起きました。同じキーで outcome をお確かめください。"
)
RATE_LIMITED = "RATE_LIMITED"
WAIT = "Too many requests: send this one again after {seconds} seconds."
SIGN_IN = "Sign in: send a valid token as `Authorization: Bearer ...`."


class Permissions(SchemaExtension):
    """Looks up who may call every root field before anything is resolved."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Answers UNAUTHENTICATED for a field that needs a token; which role it needs is decided where it is used.

        A refusal of a subscription is raised: Strawberry answers it, but would subscribe in spite of a result.
        """
        execution = self.execution_context
        operation_name = execution._provided_operation_name  # noqa: SLF001 - it has no public door
        core = execution.schema._schema  # noqa: SLF001 - the same
        shape = shape_of(core, execution.graphql_document, operation_name)
        refused = await refusal_of(shape, execution.context, execution.variables)
        if refused is not None:
            if execution.operation_type is OperationType.SUBSCRIPTION:
                raise refused
            execution.result = ExecutionResult(data=None, errors=[refused])
        started = time.perf_counter()
        yield
        observe = execution.context.observe
        if observe is not None:
            result: Any = execution.result
            failed = bool(getattr(result, "errors", None))
            observe(shape.field, failed, time.perf_counter() - started, (shape.texts, execution.variables))


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of an operation before anybody asks for it. `field` names it in metrics."""

    ambiguous: bool
    introspects: bool
    open: bool
    field: str
    cost: Cost = FREE
    fields: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    """Of its document; those of its variables are in the request."""
    reads: bool = False
    """A query: nothing is lost when it is given up."""


NO_SHAPE = Shape(ambiguous=False, introspects=False, open=False, field="invalid")


def shape_of(schema: GraphQLSchema, document: Any, operation_name: str | None) -> Shape:  # noqa: ANN401 - graphql-core's document
    """The root fields of the operation against their declarations."""
    declared = declarations(schema)
    names = list(root_fields(document, operation_name))
    fields = [field for field in names if not field.startswith("__")]
    operations = list(operations_of(document, operation_name))
    return Shape(
        is_ambiguous(document, operation_name),
        not INTROSPECTION.isdisjoint(names),
        _is_open(schema, fields, {field for field in fields if declared[field].roles is EVERYBODY}),
        fields[0] if fields else "introspection",
        cost_of(schema, document, operations[0]) if len(operations) == 1 else FREE,
        tuple(fields),
        texts_of(document),
        all(operation.operation is OperationKind.QUERY for operation in operations),
    )


def _is_open(schema: GraphQLSchema, fields: list[str], open_fields: set[str]) -> bool:
    """Whether an operation is carried out without a token.

    A query is, where at least one field is for everybody and those that are not may be null. A mutation or subscription
    is only as a whole.
    """
    closed = set(fields) - open_fields
    query = {} if schema.query_type is None else schema.query_type.fields
    nullable = all(name in query and not isinstance(query[name].type, GraphQLNonNull) for name in closed)
    return not closed or (bool(open_fields) and nullable)


async def refusal_of(shape: Shape, context: Context, variables: dict[str, Any] | None) -> GraphQLError | None:
    """Why an operation is not executed at all; None if it may be. Tells the context which field it is about."""
    if shape.ambiguous:
        return GraphQLError(AMBIGUOUS, extensions={"code": "BAD_REQUEST"})
    if shape.introspects and not context.introspects:
        return GraphQLError(NO_INTROSPECTION, extensions={"code": "NO_INTROSPECTION"})
    context.field = shape.field
    if context.viewer is None and not shape.open:
        return GraphQLError(SIGN_IN, extensions={"code": "UNAUTHENTICATED"})
    return too_costly(shape.cost.of(variables)) or await too_often(context, shape.fields)


async def too_often(context: Context, fields: tuple[str, ...]) -> GraphQLError | None:
    """Why an operation with these root fields has to wait; None where it may run."""
    seconds = None if context.admit is None else await context.admit(context, fields)
    if seconds is None:
        return None
    return GraphQLError(WAIT.format(seconds=seconds), extensions={"code": RATE_LIMITED, "retryAfter": seconds})


def texts_of(document: Any) -> tuple[str, ...]:  # noqa: ANN401 - graphql-core's document
    """The texts that a document has in its arguments."""
    texts: list[str] = []

    class Texts(Visitor):
        def enter_string_value(self, node: StringValueNode, *_: object) -> None:
            texts.append(node.value)

    visit(document, Texts())
    return tuple(texts)


def is_ambiguous(document: Any, operation_name: str | None) -> bool:  # noqa: ANN401 - graphql-core's document
    """Whether nobody said which of several operations is meant. Strawberry would run the first."""
    return (
        operation_name is None and sum(isinstance(node, OperationDefinitionNode) for node in document.definitions) > 1
    )


def root_fields(document: Any, operation_name: str | None) -> Iterator[str]:  # noqa: ANN401 - graphql-core's document
    """Names of the root fields of the operation that will run, fragments included."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    for node in operations_of(document, operation_name):
        yield from _fields(node.selection_set, fragments)


def operations_of(document: Any, operation_name: str | None) -> Iterator[OperationDefinitionNode]:  # noqa: ANN401 - graphql-core's document
    """The operations of this name; all of them without one."""
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode) and (
            operation_name is None or (node.name is not None and node.name.value == operation_name)
        ):
            yield node


def _fields(selected: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]) -> Iterator[str]:
    for node in selected.selections:
        if isinstance(node, FieldNode):
            yield node.name.value
        elif isinstance(node, InlineFragmentNode):
            yield from _fields(node.selection_set, fragments)
        elif isinstance(node, FragmentSpreadNode):
            yield from _fields(fragments[node.name.value].selection_set, fragments)


class PublicErrors(MaskErrors):
    """Every entry of `errors` has a stable code; what we did not expect is masked, and logged with the trace id."""

    def __init__(self) -> None:
        super().__init__()

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        """The error as a client may read it."""
        return masked(error, self.execution_context.context)


def masked(error: GraphQLError, context: Context) -> GraphQLError:
    """The error as a client may read it; logged if it is our own."""
    code, text = public(error, context.locale, moved=bool(context.moved))
    extensions = {**(error.extensions or {}), "code": code}
    if isinstance(_cause(error), TooManyTriesError):
        extensions["retryAfter"] = _cause(error).retry_after
    if code == UnavailableError.code:
        logs.rarely(log.warning, "database.away", trace_id=context.trace_id)
    if code == "INTERNAL":
        log.error("graphql.fault", trace_id=context.trace_id, field=_field_of(error), exc_info=error.original_error)
        extensions = {"code": code, "traceId": context.trace_id}
    return GraphQLError(
        text, nodes=error.nodes, source=error.source, positions=error.positions, path=error.path, extensions=extensions
    )


def _cause(error: GraphQLError) -> Any:  # noqa: ANN401 - any exception, or none
    """What was raised by a resolver."""
    original: Any = error
    while isinstance(original, GraphQLError):
        original = original.original_error
    return original


def _field_of(error: GraphQLError) -> str | None:
    """The field's name in the contract; the error's path has the client's own words, its aliases."""
    return next((node.name.value for node in error.nodes or () if isinstance(node, FieldNode)), None)


def public(error: GraphQLError, locale: str, *, moved: bool = False) -> tuple[str, str]:  # noqa: PLR0911 - one for each kind
    """Code and message of an error for the client. moved: the operation has settled something before."""
    original = error.original_error
    while isinstance(original, GraphQLError) and original.original_error is not None:
        original = original.original_error
    known = (error.extensions or {}).get("code")
    match original:
        case None | GraphQLError() | StrawberryInputCoercionError() if (
            error.path is None or known or _is_of_input(error)
        ):
            is_value = error.path is not None or _is_coercion(error) or "invalid value" in error.message
            return str(known or ("BAD_USER_INPUT" if is_value else "GRAPHQL_VALIDATION_FAILED")), error.message
        case UnauthenticatedError():
            return "UNAUTHENTICATED", SIGN_IN
        case Refusal():
            return original.code, message(original.code, locale, **original.data())
        case MissingQueryError() | CannotGetOperationTypeError() | InvalidOperationTypeError():
            return "BAD_REQUEST", NO_SUCH_OPERATION
        case NotFoundError():
            return "NOT_FOUND", "There is no such object, or it is not one that you may see."
        case TooManySubscriptionsError():
            return "TOO_MANY_SUBSCRIPTIONS", str(original)
        case TimedOutError():
            return TimedOutError.code, str(original)
        case TooManyError() | BadCursorError():
            return "BAD_USER_INPUT", str(original)
        case _:
            outage = None if original is None else outage_of(original, moved=moved)
            return ("INTERNAL", FAULT) if outage is None else (outage.code, message(outage.code, locale))


def _is_of_input(error: GraphQLError) -> bool:
    """Whether the executor says that an argument cannot be used, such as null where its variable had a default."""
    return _is_coercion(error) or any(isinstance(node, ValueNode) for node in error.nodes or ())


def _is_coercion(error: GraphQLError) -> bool:
    return any(isinstance(kind, StrawberryInputCoercionError) for kind in (error, error.original_error))


EXTENSIONS: list[Any] = [
    PublicErrors,
    lambda: ParserCache(maxsize=CACHED_DOCUMENTS),
    lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
    lambda: MaxTokensLimiter(max_token_count=TOKEN_LIMIT),
    lambda: AddValidationRules(RULES),
    Permissions,
]
"""Factories or classes, never instances; the rules are built once, or the validation cache would never hit."""
