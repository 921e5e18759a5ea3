"""The ASGI application of one process."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api import playground
from api.addresses import SocketsOfAddresses
from api.compose import Process, process
from api.drain import DRAIN
from api.graphql_http import GraphQLOverHttp
from api.graphql_ws import GraphQLOverWebSocket
from api.health import livez, readyz
from api.personas import personas
from api.secure_headers import SecureHeaders
from api.settings import Settings, read_settings
from api.uploads import PATH, uploads
from domain import logs

log = structlog.get_logger()
GRAPHQL = ("/graphql", "/graphql/")
REQUEST_HEADERS = ("authorization", "content-type", "x-meguru-client", "x-meguru-reason")
ANSWER_HEADERS = ("x-trace-id", "retry-after")
THIS_MACHINE = r"http://(localhost|127\.0\.0\.1)(:\d+)?"
"""The origins of web clients that are being developed."""


class App:
    """Routes over a process that exists while the application runs."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: Process | None = None
        self._http = GraphQLOverHttp(self.process)
        self._socket = GraphQLOverWebSocket(self.process, settings.allowed_origins)

    def process(self) -> Process:
        """The running process."""
        if self._process is None:
            message = "the application has not started"
            raise RuntimeError(message)
        return self._process

    def routes(self) -> list[BaseRoute]:
        """All routes; those for app developers only in the development profile."""
        paths: list[BaseRoute] = [WebSocketRoute(path, self._socket) for path in GRAPHQL]
        paths += [
            Route("/livez", livez),
            Route("/readyz", readyz(self.process)),
            Route(PATH, uploads(self.process), methods=["PUT"]),
            Route("/.well-known/jwks.json", self.jwks),
        ]
        if self._settings.development:
            paths += [Route("/metrics", self.metrics), Route("/dev/personas", personas(self.process))]
            paths += [Route("/", playground.page), *playground.routes()]
        return paths

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """From the first connection to the database to the last."""
        async with process(self._settings) as running:
            self._process = running
            spare_the_collector()
            log.info("api.started", profile=self._settings.profile.value)
            yield
        log.info("api.stopped")

    @property
    def graphql(self) -> "Endpoint":
        """`/graphql`, and in a browser of a developer the playground."""
        return Endpoint(self._http, development=self._settings.development)

    async def metrics(self, _: Request) -> Response:
        """`GET /metrics`, in the development profile; elsewhere it has a port of its own (`api.metrics_port`)."""
        return Response(self.process().metrics.page(), media_type="text/plain; version=0.0.4")

    async def jwks(self, _: Request) -> Response:
        """`GET /.well-known/jwks.json`."""
        return JSONResponse(self.process().tokens.keys.jwks(), headers={"cache-control": "public, max-age=300"})


def spare_the_collector() -> None:
    """What lives as long as the process is not looked at again, and what a request leaves is collected in larger heaps.

    Without this, a full collection of the schema and the libraries stops every request for tens of milliseconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


class Endpoint:
    """`/graphql` by method: GraphQL by POST and GET; a developer's browser that asks for a page gets the playground."""

    def __init__(self, http: GraphQLOverHttp, *, development: bool) -> None:
        self._http = http
        self._development = development

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        method = scope["method"]
        if method == "POST":
            await self._http(scope, receive, send)
            return
        request = Request(scope, receive)
        if self._development and method in {"GET", "HEAD"} and "text/html" in request.headers.get("accept", ""):
            response = await playground.page(request)
        elif method == "GET":
            await self._http(scope, receive, send)
            return
        else:
            errors = [{"message": "Send operations by POST.", "extensions": {"code": "METHOD_NOT_ALLOWED"}}]
            response = JSONResponse({"errors": errors}, status_code=405, headers={"allow": "GET, POST"})
        await response(scope, receive, send)


class ShortCut:
    """`POST /graphql` goes straight to its endpoint; Starlette serves the rest, the lifespan included."""

    def __init__(self, starlette: Starlette, graphql: Endpoint) -> None:
        self._starlette = starlette
        self._graphql = graphql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or connection."""
        if scope["type"] == "http" and scope["path"] in GRAPHQL:
            await self._graphql(scope, receive, send)
        else:
            await self._starlette(scope, receive, send)


def for_web_clients(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Lets pages of the allowed origins use HTTP; in the development profile those of this machine, too.

    Nothing is sent with cookies: the token is the only credential.
    """
    if not settings.allowed_origins and not settings.development:
        return app
    return CORSMiddleware(
        app,
        allow_origins=settings.allowed_origins,
        allow_origin_regex=THIS_MACHINE if settings.development else None,
        allow_methods=("GET", "POST", "PUT"),
        allow_headers=REQUEST_HEADERS,
        expose_headers=ANSWER_HEADERS,
    )


def create() -> ASGIApp:
    """The application of this process's environment; uvicorn calls it once per worker."""
    settings = read_settings()
    logs.configure(settings.log_level)
    app = App(settings)
    starlette = Starlette(routes=app.routes(), lifespan=app.lifespan)
    starlette.router.redirect_slashes = False  # a redirect would name the host that the request names
    inner = ShortCut(starlette, app.graphql)
    DRAIN.seconds, DRAIN.waits_for_proxies = settings.drain_seconds, not settings.development
    return SocketsOfAddresses(SecureHeaders(for_web_clients(inner, settings)))
