"""One query or mutation without Strawberry's extension machinery, which would be a quarter of the cost of a payment.

The same limits, permissions and masks as in `schema.extensions`, which serve subscriptions; the same executor underneath.
"""

from collections.abc import Awaitable, Callable
from functools import lru_cache
from inspect import isawaitable
from typing import Any, TypeGuard, cast

from graphql import DocumentNode, ExecutionResult, GraphQLError, OperationDefinitionNode, OperationType, parse, specified_rules
from graphql import execute as core_execute
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import validate_document

from schema.context import Context
from schema.extensions import CACHED_DOCUMENTS, NO_SUCH_OPERATION, TOKEN_LIMIT, masked, refusal_of
from schema.limits import RULES
from schema.root import schema

_IS_AWAITABLE = cast("Callable[[Any], TypeGuard[Awaitable[Any]]]", optimized_is_awaitable)
_CORE = schema._schema  # noqa: SLF001 - the schema that Strawberry built has no public door


async def execute(query: str, variables: dict[str, Any] | None, context: Context, operation_name: str | None) -> ExecutionResult:
    """The result of one operation, its errors as the client may read them."""
    document = prepared(query)
    if isinstance(document, tuple):
        return _refused(context, *document)
    refused = _unknown(document, operation_name) or refusal_of(document, operation_name, context)
    if refused is not None:
        return _refused(context, refused)
    found = core_execute(
        _CORE, document, context_value=context, variable_values=variables, operation_name=operation_name, is_awaitable=_IS_AWAITABLE,
        executor_class=schema.execution_context_class, operation_extensions=None,
    )  # fmt: skip
    result = await found if isawaitable(found) else found
    if result.errors:
        result.errors = [masked(error, context) for error in result.errors]
    return result


@lru_cache(maxsize=CACHED_DOCUMENTS)
def prepared(query: str) -> DocumentNode | tuple[GraphQLError, ...]:
    """A document that may be executed, or what is wrong with it. Apps send few documents, so most are known."""
    try:
        document = parse(query, max_tokens=TOKEN_LIMIT)
    except GraphQLError as error:
        return (error,)
    return tuple(validate_document(_CORE, document, (*specified_rules, *RULES))) or document


def _unknown(document: DocumentNode, operation_name: str | None) -> GraphQLError | None:
    """Refuses an operation that is not in the document, and a subscription, which goes over the WebSocket."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    meant = [node for node in operations if operation_name is None or (node.name is not None and node.name.value == operation_name)]
    if meant and all(node.operation is not OperationType.SUBSCRIPTION for node in meant):
        return None
    return GraphQLError(NO_SUCH_OPERATION, extensions={"code": "BAD_REQUEST"})


def _refused(context: Context, *errors: GraphQLError) -> ExecutionResult:
    return ExecutionResult(data=None, errors=[masked(error, context) for error in errors])
