"""The people of the demo towns with a token each, development profile only: an app developer is somebody at once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.compose import Process
from domain.viewer import Role

TOKEN_SECONDS = 12 * 3_600


def personas(process: Callable[[], Process]) -> Callable[[Request], object]:
    """`GET /dev/personas`: [{name, role, municipality, storeId?, walletIds?, assetId?, token}]."""

    async def answer(_: Request) -> Response:
        running = process()
        path = running.settings.personas_file
        if path is None or not path.exists():
            return JSONResponse([])
        return JSONResponse(
            [_with_token(running, persona) for persona in read(path)], headers={"cache-control": "no-store"}
        )

    return answer


def read(path: Path) -> list[dict[str, Any]]:
    """The people that the demo towns were seeded with."""
    personas: list[dict[str, Any]] = orjson.loads(path.read_bytes())
    return personas


def _with_token(process: Process, persona: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in persona.items() if name != "personId"}
    return {
        **shown,
        "token": process.tokens.issue(UUID(persona["personId"]), frozenset({Role(persona["role"])}), TOKEN_SECONDS),
    }
