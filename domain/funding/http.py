"""A provider over HTTP/1.1 with JSON.

The smallest client that does it, one connection a call, bounded in time and size.
"""

import asyncio
import ssl
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from domain.ports import ProviderUnavailableError

TIMEOUT_SECONDS = 5
ANSWER_LIMIT = 65_536
_OK = b"200"


class HttpProvider:
    """POST <address>/authorisations, .../<reference>/capture and .../<reference>/void.

    With the key as a bearer token.
    """

    def __init__(self, address: str, key: str) -> None:
        parts = urlsplit(address)
        self._host = parts.hostname or ""
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._port = parts.port or (443 if self._tls else 80)
        self._path = parts.path.rstrip("/")
        self._key = key

    async def authorise(self, reference: UUID, token: str, amount: int) -> bool:
        """Whether the amount (yen) was set aside."""
        answer = await self._post("/authorisations", {"reference": str(reference), "token": token, "amount": amount})
        state = answer.get("state")
        if not isinstance(state, str) or state not in {"APPROVED", "DECLINED"}:
            raise ProviderUnavailableError
        return state == "APPROVED"

    async def capture(self, reference: UUID, amount: int) -> None:
        """Takes it."""
        if (await self._post(f"/authorisations/{reference}/capture", {"amount": amount})).get("state") != "CAPTURED":
            raise ProviderUnavailableError

    async def void(self, reference: UUID) -> None:
        """Releases it."""
        if (await self._post(f"/authorisations/{reference}/void", {})).get("state") != "VOIDED":
            raise ProviderUnavailableError

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                head, _, found = (await self._exchange(path, orjson.dumps(body))).partition(b"\r\n\r\n")
            answer = orjson.loads(found)
        except (OSError, TimeoutError, orjson.JSONDecodeError) as error:
            raise ProviderUnavailableError from error
        if head.split(b" ", 2)[1:2] != [_OK] or not isinstance(answer, dict):
            raise ProviderUnavailableError
        return answer

    async def _exchange(self, path: str, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._port, ssl=self._tls)
        try:
            head = (
                f"POST {self._path}{path} HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer"
                f" {self._key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection:"
                " close\r\n\r\n"
            )
            writer.write(head.encode() + body)
            await writer.drain()
            found = b""
            while len(found) < ANSWER_LIMIT and (part := await reader.read(ANSWER_LIMIT)):
                found += part
            return found
        finally:
            writer.close()
