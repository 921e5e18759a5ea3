"""Client of a payment provider, over HTTPS with JSON, for the domain's port `Provider`.

POST <address>/authorisations                        {reference, token, amount}   APPROVED or DECLINED
POST <address>/authorisations/<reference>/capture    {amount}                     CAPTURED
POST <address>/authorisations/<reference>/void       {}                           VOIDED

The reference makes each call safe to repeat. The domain decides about repetitions: nothing is sent twice from here.
Every call has a connection of its own. On a connection that is kept, an answer that was sent twice would be read as the
answer to the next call, which is about another person's money.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from uuid import UUID

import httpx
import orjson

from domain.ports import ProviderUnavailableError

TIMEOUT_SECONDS = 5
"""Limit of a whole call, from waiting for a connection to the last byte of the answer."""
CONNECTION_LIMIT = 64
"""Concurrent calls; others wait for their turn."""
ANSWER_LIMIT = 65_536


class HttpPaymentProvider:
    """A provider at an address, with its key as a bearer token."""

    def __init__(self, address: str, key: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=address,
            headers={"Authorization": f"Bearer {key}", "Accept-Encoding": "identity", "Connection": "close"},
            timeout=TIMEOUT_SECONDS,
            limits=httpx.Limits(max_connections=CONNECTION_LIMIT, max_keepalive_connections=0),
            verify=_trusted_authorities(),
            trust_env=False,  # a .netrc file or a proxy of the machine must not receive a card's token
        )

    async def authorise(self, reference: UUID, token: str, amount: int) -> bool:
        """Set an amount (yen) aside, and return whether the provider approved. ProviderUnavailableError."""
        state = await self._post("/authorisations", {"reference": str(reference), "token": token, "amount": amount})
        if state not in {"APPROVED", "DECLINED"}:
            raise ProviderUnavailableError
        return state == "APPROVED"

    async def capture(self, reference: UUID, amount: int) -> None:
        """Take the amount (yen) that was set aside. ProviderUnavailableError."""
        if await self._post(f"/authorisations/{reference}/capture", {"amount": amount}) != "CAPTURED":
            raise ProviderUnavailableError

    async def void(self, reference: UUID) -> None:
        """Release the amount that was set aside. ProviderUnavailableError."""
        if await self._post(f"/authorisations/{reference}/void", {}) != "VOIDED":
            raise ProviderUnavailableError

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _post(self, path: str, body: dict[str, Any]) -> str | None:
        """Return the state in the provider's answer; None where the answer has no such text."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                answer = orjson.loads(await self._exchange(path, orjson.dumps(body)))
        except (httpx.HTTPError, TimeoutError, orjson.JSONDecodeError) as error:
            raise ProviderUnavailableError from error
        state = answer.get("state") if isinstance(answer, dict) else None
        return state if isinstance(state, str) else None

    async def _exchange(self, path: str, body: bytes) -> bytes:
        headers = {"Content-Type": "application/json"}
        async with self._client.stream("POST", path, content=body, headers=headers) as response:
            if response.status_code != httpx.codes.OK:
                raise ProviderUnavailableError
            received = b""
            async for part in response.aiter_raw():
                received += part
                if len(received) > ANSWER_LIMIT:
                    raise ProviderUnavailableError
            return received


@asynccontextmanager
async def payment_provider(address: str | None, key: str) -> AsyncIterator[HttpPaymentProvider | None]:
    """Open the provider at an address until the end of the block; None without an address."""
    if address is None:
        yield None
        return
    provider = HttpPaymentProvider(address, key)
    try:
        yield provider
    finally:
        await provider.close()


@cache
def _trusted_authorities() -> ssl.SSLContext:
    """Return the certificate authorities of the machine, which are read once."""
    return ssl.create_default_context()
