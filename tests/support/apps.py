"""Apps at a served instance: the demo's people, and what they send over HTTP."""

from typing import Any

import httpx

from schema.engine.operations import document
from tests.support.api import unwrapped

Persona = dict[str, Any]


def personas(address: str) -> list[Persona]:
    """The people of the demo, with their tokens."""
    people: list[Persona] = httpx.get(f"{address}/dev/personas").json()
    return people


def first_person(people: list[Persona], role: str, municipality: str | None = None) -> Persona:
    """The first person who acts as this, of any municipality where none is named."""
    return next(
        person for person in people if person["role"] == role and municipality in (None, person["municipality"])
    )


def body(operation: str, /, **variables: object) -> dict[str, object]:
    """The JSON of an operation, by its name or by a text of its own."""
    return {"query": operation if "{" in operation else document(operation), "variables": variables}


def headers(token: str | None, **others: str) -> dict[str, str]:
    return others if token is None else {"authorization": f"Bearer {token}", **others}


def ask(address: str, operation: str, token: str | None = None, /, **variables: object) -> Any:
    """What an operation answers: a payload's results, or its refusal's data. AssertionError for a top-level error."""
    sent = body(operation, **variables)
    answer = httpx.post(f"{address}/graphql", json=sent, headers=headers(token), timeout=30).json()
    return answered(answer)


def answered(answer: Any) -> Any:
    """The same of an answer that has come."""
    assert "errors" not in answer, answer
    return unwrapped(next(iter(answer["data"].values())))
