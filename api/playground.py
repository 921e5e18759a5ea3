"""The playground for app developers, development profile only.

GraphiQL with ready tabs, personas and faults, all from this host.
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from schema.engine.operations import document, files

STATIC = Path(__file__).parent / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'"
    " data:; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing is loaded from anywhere else: it works without internet."""


def routes() -> list[BaseRoute]:
    """The page's scripts and styles under `/static`, and the operations that its scenes play."""
    return [Mount("/static", StaticFiles(directory=STATIC)), Route("/playground/operations", operations)]


async def operations(_: Request) -> Response:
    """`GET /playground/operations`: {name: text}, each with the fragments that it needs."""
    texts = {path.stem: document(path.stem) for path in files()}
    return JSONResponse(texts, headers={"cache-control": "no-store"})


async def page(_: Request) -> Response:
    """The page itself, at `/` and, for a browser, at `/graphql`."""
    return FileResponse(
        STATIC / "playground.html", headers={"content-security-policy": POLICY, "cache-control": "no-store"}
    )
