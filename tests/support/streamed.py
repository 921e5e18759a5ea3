"""What the WebSocket endpoint answers, without a socket."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from graphql import ExecutionResult, GraphQLError

from schema.core.context import Context
from schema.engine.answers import answers


async def streamed(
    text: str, variables: dict[str, Any] | None, context: Context
) -> AsyncGenerator[ExecutionResult, None]:
    """Its answers, one after another, whichever message of the protocol they come in."""
    async with aclosing(answers(text, variables, context, None)) as results:
        async for answer in results:
            payload = json.loads(answer.payload)
            payload = {"errors": payload} if answer.refused else payload
            errors = [
                GraphQLError(error["message"], extensions=error["extensions"]) for error in payload.get("errors", ())
            ]
            yield ExecutionResult(payload.get("data"), errors or None)
