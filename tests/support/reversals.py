"""Reversals, proposed and approved by two finance officers."""

from typing import Any
from uuid import uuid4

from tests.support.api import Api


async def reverse(api: Api, journal: str, key: str | None = None) -> Any:
    """The answer to the second officer, who approves the reversal of a journal."""
    return await approve(api, await propose(api, journal), key)


async def propose(api: Api, journal: str) -> str:
    """Propose a reversal as the first officer, and return the id of its approval."""
    proposal = {"journalId": journal, "reason": "WRONG_WALLET"}
    return (await api.ask(api.town.finance, "ProposeReversal", input=proposal))["approval"]["id"]


async def approve(api: Api, approval: str, key: str | None = None) -> Any:
    """The answer to the second officer's approval."""
    approval_input = {"idempotencyKey": key or str(uuid4()), "approvalId": approval}
    return await api.ask(api.town.other_finance, "ReverseJournal", input=approval_input)
