"""Documents about the life of value, beside those of `api`."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from domain.database import rows
from domain.ledger.kinds import AccountKind, JournalKind
from domain.ledger.reads import balances
from domain.viewer import Viewer
from tests.support.api import ERRORS, Api
from tests.support.clock import MovableClock

CHARGE = (
    "mutation($input: ChargeInput!) { charge(input: $input) { ... on ChargeSuccess { charge { id amount bonuses { amount } } } "
    + ERRORS
    + " } }"
)
CANCEL = (
    "mutation($input: CancelChargeInput!) { cancelCharge(input: $input) { ... on CancelChargeSuccess { replayed charge { amount takenBackAmount }"
    " balances { moved posted asset { code } } cancellation { id receiptNumber amount reason: cancelReason store { id } charge { id } allocations { amount }"
    " bonuses { amount asset { code } } } } ... on CancelTooLateError { minutes } ... on ReversalImpossibleError { available } "
    + ERRORS
    + " } }"
)


async def charged(api: Api, amount: int, viewer: Viewer | None = None, **facts: Any) -> Any:
    """A top-up with its id."""
    given = {
        "idempotencyKey": str(uuid4()),
        "wallet": {"walletId": api.wallet()},
        "assetId": api.coin,
        "amount": amount,
        **facts,
    }
    return (await api.ask(viewer or api.town.desk, CHARGE, input=given))["charge"]


async def cancel(api: Api, charge: str, viewer: Viewer | None = None, **facts: Any) -> Any:
    given = {"idempotencyKey": str(uuid4()), "chargeId": charge, "reason": "WRONG_AMOUNT", **facts}
    return await api.ask(viewer or api.town.desk, CANCEL, input=given)


async def cash_of(api: Api, holder: Any) -> int:
    """What is in a cash box."""
    found = await balances(api.town.id, holder, api.services.clock())
    return 0 if found is None else sum(account.posted for account in found.accounts if account.kind == AccountKind.CASH)


def to_tokyo(moved: MovableClock, hour: int, minute: int = 0, *, days: int = 1) -> None:
    """Moves the clock to a time of day in Tokyo, some days on."""
    now = datetime.now(UTC) + moved.shift
    there = (now + timedelta(hours=9, days=days)).replace(hour=hour, minute=minute, second=0) - timedelta(hours=9)
    moved.forward(there - now)


async def journals(api: Api, kind: JournalKind) -> int:
    """How many journals of a kind the town has; the jobs themselves count over all towns of the database."""
    found = await rows(
        "select count(*) as many from journal where municipality_id = $1 and kind = $2 and outcome = 0",
        api.town.id,
        kind,
    )
    return int(found[0]["many"])
