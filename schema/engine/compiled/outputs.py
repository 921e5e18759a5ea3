"""Answers of a compiled operation: a resolver's value in, JSON out.

Each selected field becomes one function `(parent, path, run)`, each type one function `(value, path, run)`; those whose
resolvers wait are coroutine functions. A field that fails is null where the contract lets it, and fails its parent
where not.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphql import GraphQLError, located_error

from schema.core.context import Context

Path = tuple[Any, str | int] | None
"""The parent's path and the own key; None: the root."""


@dataclass(slots=True)
class Run:
    """One execution; resolvers take it for their `info`, of which they may use the context only."""

    context: Context
    arguments: list[dict[str, Any]]
    errors: list[GraphQLError] = field(default_factory=list)


class Complete(Protocol):
    """Makes JSON of a value; an awaitable of it where the type is async."""

    def __call__(self, value: Any, path: Path, run: Run, /) -> Any:  # noqa: ANN401 - whatever the type is
        """JSON."""


@dataclass(frozen=True, slots=True)
class Output:
    """A completed type and whether it waits for anything."""

    complete: Complete
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Selected:
    """One selected field. `get`: the resolver's value, an awaitable where `get_waits`."""

    key: str
    node: Any
    get: Callable[[Any, Run], Any]
    get_waits: bool
    output: Output
    nullable: bool

    @property
    def waits(self) -> bool:
        """Whether the field is a coroutine."""
        return self.get_waits or self.output.waits


class FieldError(Exception):
    """A field that could not be answered, on its way up to the next nullable one."""

    def __init__(self, error: GraphQLError) -> None:
        super().__init__(str(error))
        self.error = error


def failed(error: Exception, nodes: Sequence[Any], path: Path, run: Run, *, nullable: bool) -> None:
    """Notes the error where null is allowed; raises it to the parent where not."""
    failure = error if isinstance(error, FieldError) else FieldError(located_error(error, nodes, steps(path)))
    if not nullable:
        raise failure
    run.errors.append(failure.error)


def steps(path: Path) -> list[str | int]:
    """A path as GraphQL writes it, from the root."""
    keys: list[str | int] = []
    while path is not None:
        path, key = path
        keys.append(key)
    return keys[::-1]


def required(output: Output) -> Output:
    """A type that is never null."""

    def complete(value: Any, path: Path, run: Run) -> Any:  # noqa: ANN401 - JSON
        if value is None:
            message = "a field that is never null has no value"
            raise TypeError(message)
        return output.complete(value, path, run)

    return Output(complete, output.waits)


def optional(output: Output) -> Output:
    """A type that may be null."""
    if output.waits:

        async def wait(value: Any, path: Path, run: Run) -> Any:  # noqa: ANN401 - JSON
            return None if value is None else await output.complete(value, path, run)

        return Output(wait, waits=True)

    def complete(value: Any, path: Path, run: Run) -> Any:  # noqa: ANN401 - JSON
        return None if value is None else output.complete(value, path, run)

    return Output(complete)


def leaf(serialize: Callable[[Any], Any], plain: type | None) -> Output:
    """A scalar or enum; values of the type `plain` are JSON already."""

    def complete(value: Any, _path: Path, _run: Run) -> Any:  # noqa: ANN401 - JSON
        return value if type(value) is plain else serialize(value)

    return Output(complete)


def many(output: Output, node: Any, *, nullable: bool) -> Output:  # noqa: ANN401 - graphql-core's node
    """A list."""
    if output.waits:

        async def complete_item(value: Any, path: Path, run: Run) -> Any:  # noqa: ANN401 - JSON
            try:
                return await output.complete(value, path, run)
            except Exception as error:  # noqa: BLE001 - told to the client, or raised
                return failed(error, [node], path, run, nullable=nullable)

        async def wait(value: Any, path: Path, run: Run) -> list[Any]:  # noqa: ANN401 - any iterable
            return await together([complete_item(item, (path, index), run) for index, item in enumerate(value)])

        return Output(wait, waits=True)

    def complete(value: Any, path: Path, run: Run) -> list[Any]:  # noqa: ANN401 - any iterable
        items = []
        for index, item in enumerate(value):
            try:
                items.append(output.complete(item, (path, index), run))
            except Exception as error:  # noqa: BLE001 - told to the client, or raised
                failed(error, [node], (path, index), run, nullable=nullable)
                items.append(None)
        return items

    return Output(complete)


def record(fields: Sequence[Selected]) -> Output:
    """An object: what waits is waited for together, so that loaders see all of it at once."""
    keys = [selected.key for selected in fields]
    plain = [(selected.key, answered(selected)) for selected in fields if not selected.waits]
    if len(plain) == len(keys):

        def complete(value: Any, path: Path, run: Run) -> dict[str, Any]:  # noqa: ANN401 - the parent
            return {key: answer(value, path, run) for key, answer in plain}

        return Output(complete)
    waiting = [(selected.key, awaited(selected)) for selected in fields if selected.waits]

    async def wait(value: Any, path: Path, run: Run) -> dict[str, Any]:  # noqa: ANN401 - the parent
        answers = dict.fromkeys(keys)
        for key, answer in plain:
            answers[key] = answer(value, path, run)
        waited = await together([answer(value, path, run) for _, answer in waiting])
        answers.update(zip((key for key, _ in waiting), waited, strict=True))
        return answers

    return Output(wait, waits=True)


def answered(selected: Selected) -> Callable[[Any, Path, Run], Any]:
    """A field that waits for nothing."""
    key, get, complete, node, nullable = (
        selected.key,
        selected.get,
        selected.output.complete,
        selected.node,
        selected.nullable,
    )

    def answer(value: Any, path: Path, run: Run) -> Any:  # noqa: ANN401 - JSON
        try:
            return complete(get(value, run), (path, key), run)
        except Exception as error:  # noqa: BLE001 - told to the client, or raised
            return failed(error, [node], (path, key), run, nullable=nullable)

    return answer


def awaited(selected: Selected) -> Callable[[Any, Path, Run], Coroutine[Any, Any, Any]]:
    """A field whose resolver or whose type waits."""
    key, node, nullable = selected.key, selected.node, selected.nullable
    get, get_waits, complete, output_waits = (
        selected.get,
        selected.get_waits,
        selected.output.complete,
        selected.output.waits,
    )

    async def answer(value: Any, path: Path, run: Run) -> Any:  # noqa: ANN401 - JSON
        try:
            resolved = get(value, run)
            if get_waits:
                resolved = await resolved
            completed = complete(resolved, (path, key), run)
            return await completed if output_waits else completed
        except Exception as error:  # noqa: BLE001 - told to the client, or raised
            return failed(error, [node], (path, key), run, nullable=nullable)

    return answer


async def together(waiting: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
    """All results; the first error only once nothing is under way any more."""
    if len(waiting) == 1:
        return [await waiting[0]]
    results = await asyncio.gather(*waiting, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


def either(members: Mapping[type, Output]) -> Output:
    """A union or interface: a value is of the member whose class it has."""

    def of(value: Any) -> Output:  # noqa: ANN401 - any member
        output = members.get(type(value))
        if output is None:
            message = f"{type(value).__name__} is no member of the union or interface"
            raise TypeError(message)
        return output

    if any(output.waits for output in members.values()):

        async def wait(value: Any, path: Path, run: Run) -> Any:  # noqa: ANN401 - JSON
            output = of(value)
            completed = output.complete(value, path, run)
            return await completed if output.waits else completed

        return Output(wait, waits=True)

    def complete(value: Any, path: Path, run: Run) -> Any:  # noqa: ANN401 - JSON
        return of(value).complete(value, path, run)

    return Output(complete)
