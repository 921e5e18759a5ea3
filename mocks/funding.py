"""A payment service on a socket: one line of JSON asked, one answered. It sets money aside, keeps it and lets go, once for each key.

Tokens rehearse what happens: `DECLINE` is declined, everything else is good. A test may drop connections before or after the deed.
"""

import asyncio
import contextlib
from types import TracebackType
from typing import Self
from uuid import UUID

import orjson

from domain.vouchers.refusals import FundingDeclinedError, FundingUnavailableError

WAIT_SECONDS = 2.0


class FundingService:
    """What the service knows of each key: its amount, and whether it is set aside, kept or void. Whole yen."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[int, str]] = {}
        self.drops_before = 0
        self.drops_after = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Listens on a port of its own."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Closes the port."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    @property
    def port(self) -> int:
        """Where it listens."""
        if self._server is None:
            message = "the service is not started"
            raise RuntimeError(message)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def total(self, state: str) -> int:
        """All that is set aside, kept or void."""
        return sum(amount for amount, is_now in self.known.values() if is_now == state)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = orjson.loads(await reader.readline())
        if self.drops_before:
            self.drops_before -= 1
        else:
            answer = self._answer(**asked)
            if self.drops_after:
                self.drops_after -= 1
            else:
                writer.write(orjson.dumps({"answer": answer}) + b"\n")
                await writer.drain()
        writer.close()

    def _answer(self, verb: str, key: str, amount: int = 0, token: str = "") -> str:
        set_aside, state = self.known.get(key, (amount, "NEW"))
        if verb == "authorise":
            if state == "NEW" and token != "DECLINE":  # noqa: S105 - the rehearsal's word
                self.known[key] = (amount, "SET_ASIDE")
                return "OK"
            return "OK" if state in ("SET_ASIDE", "KEPT") and set_aside == amount else "DECLINED"
        if verb == "keep" and state in ("SET_ASIDE", "KEPT"):
            self.known[key] = (set_aside, "KEPT")
            return "OK"
        if verb == "void" and state != "KEPT":
            self.known[key] = (set_aside, "VOID")
            return "OK"
        return "REFUSED"


class FundingClient:
    """The adapter of the service: a `FundingSource`."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def authorise(self, key: UUID, amount: int, token: str) -> None:
        """Sets money aside."""
        if await self._ask(verb="authorise", key=str(key), amount=amount, token=token) != "OK":
            raise FundingDeclinedError

    async def keep(self, key: UUID) -> None:
        """Takes it."""
        await self._must(verb="keep", key=str(key))

    async def void(self, key: UUID) -> None:
        """Lets go."""
        await self._must(verb="void", key=str(key))

    async def _must(self, **asked: str) -> None:
        answer = await self._ask(**asked)
        if answer != "OK":
            message = f"the service said {answer}"
            raise RuntimeError(message)

    async def _ask(self, **asked: str | int) -> str:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                writer.write(orjson.dumps(asked) + b"\n")
                line = await reader.readline()
                writer.close()
        except (OSError, TimeoutError) as error:
            raise FundingUnavailableError from error
        with contextlib.suppress(orjson.JSONDecodeError, KeyError):
            return str(orjson.loads(line)["answer"])
        raise FundingUnavailableError
