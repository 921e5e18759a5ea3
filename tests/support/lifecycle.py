"""The life of value in a test: charges and their cancellation, cash, hours of the day, journals."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.database import rows
from domain.ledger.kinds import AccountKind, JournalKind
from domain.ledger.reads import balances
from domain.viewer import Viewer
from tests.support.api import Api
from tests.support.clock import MovableClock


async def charged(api: Api, amount: int, viewer: Viewer | None = None, **facts: Any) -> Any:
    """A charge, by the municipal desk where nobody else is named."""
    fields = {
        "idempotencyKey": str(uuid4()),
        "wallet": {"walletId": api.wallet()},
        "assetId": api.coin,
        "amount": amount,
        **facts,
    }
    return (await api.ask(viewer or api.town.desk, "Charge", input=fields))["charge"]


async def cancel(api: Api, charge: str, viewer: Viewer | None = None, **facts: Any) -> Any:
    """The answer to a cancellation of a charge."""
    fields = {"idempotencyKey": str(uuid4()), "chargeId": charge, "reason": "WRONG_AMOUNT", **facts}
    return await api.ask(viewer or api.town.desk, "CancelCharge", input=fields)


async def cash_of(api: Api, holder: UUID) -> int:
    """What is in a cash box."""
    held = await balances(api.town.id, holder, api.services.clock())
    return 0 if held is None else sum(account.posted for account in held.accounts if account.kind == AccountKind.CASH)


def to_tokyo(moved: MovableClock, hour: int, minute: int = 0, *, days: int = 1) -> None:
    """Moves the clock to a time of day in Tokyo, some days on."""
    now = datetime.now(UTC) + moved.shift
    there = (now + timedelta(hours=9, days=days)).replace(hour=hour, minute=minute, second=0) - timedelta(hours=9)
    moved.forward(there - now)


async def journals(api: Api, kind: JournalKind) -> int:
    """How many journals of a kind the town has; the jobs themselves count over all towns of the database."""
    [row] = await rows(
        "select count(*) as count from journal where municipality_id = $1 and kind = $2 and outcome = 0",
        api.town.id,
        kind,
    )
    return int(row["count"])
