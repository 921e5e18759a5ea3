"""What every HTTP answer tells browsers: no guessing of types, no addresses passed on, nothing loaded, no frames."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = b"content-security-policy"
ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
NOTHING = (POLICY, b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
"""For answers that name no policy of their own: data, and what the playground's page loads."""


class SecureHeaders:
    """Adds the headers; a page brings its own policy."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), *ALWAYS]
                if all(name != POLICY for name, _ in headers):
                    headers.append(NOTHING)
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, sending)
