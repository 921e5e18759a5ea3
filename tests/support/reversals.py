"""Reversals as two finance officers make them."""

from typing import Any
from uuid import uuid4

from tests.support.api import Api


async def reverse(api: Api, journal: str, key: str | None = None) -> Any:
    """What the second officer is answered who approves that a journal is reversed."""
    return await approve(api, await propose(api, journal), key)


async def propose(api: Api, journal: str) -> str:
    """The approval that the first officer's proposal waits for."""
    given = {"journalId": journal, "reason": "WRONG_WALLET"}
    return (await api.ask(api.town.finance, "ProposeReversal", input=given))["approval"]["id"]


async def approve(api: Api, approval: str, key: str | None = None) -> Any:
    """What the second officer is answered."""
    given = {"idempotencyKey": key or str(uuid4()), "approvalId": approval}
    return await api.ask(api.town.other_finance, "ReverseJournal", input=given)
