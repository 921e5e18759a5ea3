"""The contract without a socket: documents of staff and residents, executed as the endpoint does."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.identifiers import Prefix, encode
from domain.viewer import Viewer
from schema.core.context import Context
from schema.engine.execute import execute
from schema.engine.operations import document
from tests.support.town import People

ASSET = {
    "kind": "ADMINISTRATIVE_POINT",
    "nameJa": "町ポイント",
    "nameEn": "Town points",
    "unitJa": "ポイント",
    "unitEn": "point",
    "paid": False,
    "legalProfile": "MUNICIPALITY",
    "sixMonthExempt": False,
    "expiryRule": "NONE",
    "minimumUnit": 1,
    "chargeMaximum": 1,
    "paymentMaximum": 300_000,
    "transferable": False,
    "returnsToBudget": False,
}


class Api:
    """One town's people at their apps."""

    def __init__(self, town: People) -> None:
        self.town = town
        self.services = town.services

    async def ask(self, viewer: Viewer | None, operation: str, /, locale: str = "ja", **variables: Any) -> Any:
        """What an operation answers, by its name or by a text of its own; AssertionError for a top-level error.

        A payload's results, or its refusal's data: a test reads `answer["payment"]` or `answer["code"]`.
        """
        text = operation if "{" in operation else document(operation)
        result = await execute(text, variables, Context(self.services, viewer, locale, "trace"), None)
        assert result.errors is None, result.errors
        return unwrapped(next(iter(result.data.values())))

    async def failed(self, viewer: Viewer | None, operation: str, /, **variables: Any) -> str:
        """The code of the top-level error of an operation."""
        result = await execute(document(operation), variables, Context(self.services, viewer, "ja", "trace"), None)
        assert result.errors is not None
        code: str = result.errors[0].extensions["code"]  # type: ignore[index]
        return code

    async def both(self, viewer: Viewer | None, operation: str, /, locale: str = "ja", **variables: Any) -> Any:
        """What an operation answers to a finance officer, after another one approved it where that is needed.

        Requests with a key are sent again then, as apps do; of others, this is the approval.
        """
        answer = await self.ask(viewer, operation, locale, **variables)
        if not isinstance(answer, dict) or answer.get("approval") is None or answer["approval"]["state"] != "PROPOSED":
            return answer
        approved = await self.approved(answer["approval"]["id"], viewer)
        if "code" in approved or "idempotencyKey" not in variables["input"]:
            return approved
        again = await self.ask(viewer, operation, locale, **variables)
        return {**again, "replayed": False} if "replayed" in again else again

    async def approved(self, approval: str, proposer: Viewer | None = None) -> Any:
        """What `approveChange` answers to the other finance officer."""
        by_other = proposer is not None and proposer.person_id == self.town.other_finance.person_id
        officer = self.town.finance if by_other else self.town.other_finance
        return await self.ask(officer, "ApproveChange", input={"approvalId": approval})

    @property
    def code(self) -> str:
        return self.town.town.code

    @property
    def coin(self) -> str:
        return encode(Prefix.ASSET, self.town.id, self.town.coin.id)

    def wallet(self, key: UUID | None = None) -> str:
        return encode(Prefix.WALLET, self.town.id, key or self.town.wallet)

    def store(self, key: UUID | None = None) -> str:
        return encode(Prefix.STORE, self.town.id, key or self.town.store)

    async def asset(self, code: str, **facts: Any) -> str:
        answer = await self.create_asset(code, **facts)
        return answer["asset"]["id"]

    async def create_asset(self, code: str, viewer: Viewer | None = None, **facts: Any) -> Any:
        fields = {**ASSET, "municipality": self.code, "code": code, **facts}
        answer = await self.both(viewer or self.town.finance, "CreateAsset", input=fields)
        if "appliedAt" not in (answer.get("approval") or {}):
            return answer
        assets = await self.ask(None, "Assets", municipality=self.code)
        return {"asset": next(asset for asset in assets if asset["code"] == code)}

    async def programme(self, asset: str, budget: int, **facts: Any) -> str:
        return (await self.create_programme(asset, budget, **facts))["programme"]["id"]

    async def create_programme(self, asset: str, budget: int, viewer: Viewer | None = None, **facts: Any) -> Any:
        fields = {
            "idempotencyKey": str(uuid4()),
            "municipality": self.code,
            "kind": "GRANT",
            "nameJa": "応援事業",
            "nameEn": "Support",
            "assetId": asset,
            "budget": budget,
            "startsAt": self.at(timedelta(days=-1)),
            "endsAt": self.at(timedelta(days=90)),
        }
        return await self.both(viewer or self.town.finance, "CreateProgramme", input={**fields, **facts})

    async def bonus(self, asset: str, budget: int, rate_bp: int, **facts: Any) -> str:
        return await self.programme(
            asset, budget, kind="CHARGE_BONUS", chargedAssetId=self.coin, rateBp=rate_bp, **facts
        )

    async def earning(self, asset: str, budget: int, **facts: Any) -> str:
        return await self.programme(
            asset, budget, **{"kind": "EARNING", "activatesAfterDays": 0, "clawbackRule": "WAIVE", **facts}
        )

    async def rule(self, programme: str, **facts: Any) -> str:
        return (await self.add_rule(programme, **facts))["earningRule"]["id"]

    async def add_rule(self, programme: str, viewer: Viewer | None = None, **facts: Any) -> Any:
        kind = {} if "kind" in facts else {"kind": "PERCENT", "rateBp": 100}
        fields = {
            "idempotencyKey": str(uuid4()),
            "programmeId": programme,
            "nameJa": "お買い物ポイント",
            "nameEn": "Shopping points",
            "priority": 0,
            "stacking": "WITH_OTHERS",
        }
        return await self.both(viewer or self.town.finance, "AddEarningRule", input={**fields, **kind, **facts})

    async def refund(self, payment: str, amount: int, **facts: Any) -> Any:
        fields = {"idempotencyKey": str(uuid4()), "paymentId": payment, "amount": amount, "reason": "RETURNED_GOODS"}
        answer = await self.ask(self.town.staff, "RefundPayment", input={**fields, **facts})
        if "refund" in answer:
            assert answer["refund"].pop("pointClawbacks") is None, "a store learns nothing of its customers' points"
            assert answer["refund"]["allocations"] == [], "nor with which value they paid"
            receipt = await self.ask(self.town.resident, "Receipt", id=answer["refund"]["id"])
            if receipt is not None:
                answer["refund"] |= {name: receipt[name] for name in ("pointClawbacks", "allocations")}
        return answer

    async def grant(self, programme: str, amount: int, wallet: UUID | None = None, **facts: Any) -> Any:
        fields = {
            "idempotencyKey": str(uuid4()),
            "programmeId": programme,
            "walletId": self.wallet(wallet),
            "amount": amount,
        }
        return await self.ask(self.town.desk, "GrantValue", input={**fields, **facts})

    async def charge(self, amount: int, wallet: UUID | None = None, **facts: Any) -> Any:
        fields = {
            "idempotencyKey": str(uuid4()),
            "wallet": {"walletId": self.wallet(wallet)},
            "assetId": self.coin,
            "amount": amount,
        }
        return await self.ask(self.town.desk, "Charge", input={**fields, **facts})

    async def quote_charge(self, amount: int, wallet: UUID | None = None) -> Any:
        fields = {"wallet": {"walletId": self.wallet(wallet)}, "assetId": self.coin, "amount": amount}
        return await self.ask(self.town.desk, "QuoteCharge", input=fields)

    async def pay(self, amount: int, store: UUID | None = None, locale: str = "ja", **facts: Any) -> Any:
        fields = {
            "idempotencyKey": str(uuid4()),
            "walletId": self.wallet(),
            "payee": {"storeId": self.store(store)},
            "amount": amount,
        }
        return await self.ask(self.town.resident, "Pay", locale, input={**fields, "confirmDuplicate": True, **facts})

    async def quote(self, amount: int, store: UUID | None = None, **facts: Any) -> Any:
        fields = {"walletId": self.wallet(), "payee": {"storeId": self.store(store)}, "amount": amount}
        return await self.ask(self.town.resident, "QuotePayment", input={**fields, **facts})

    async def abandon(self, operation: str, key: str, viewer: Viewer | None = None) -> Any:
        fields = {"operation": operation, "idempotencyKey": key}
        return await self.ask(viewer or self.town.resident, "Abandon", input=fields)

    async def balances(self, viewer: Viewer | None = None, wallet: UUID | None = None) -> dict[str, int]:
        """Posted amounts by asset code."""
        answer = await self.ask(viewer or self.town.resident, "Wallet", id=self.wallet(wallet))
        return {balance["asset"]["code"]: balance["posted"] for balance in answer["balances"] if balance["posted"]}

    async def left(self, programme: str) -> int:
        """What is left of a budget."""
        return (await self.ask(self.town.auditor, "Programme", id=programme))["budgetLeft"]

    def at(self, later: timedelta = timedelta()) -> str:
        """An instant from now, as the contract writes it: UTC, milliseconds, Z."""
        instant = (self.services.clock() + later).astimezone(UTC)
        return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def day(self, later: timedelta = timedelta()) -> str:
        """A civil day in Asia/Tokyo."""
        return tokyo(self.services.clock() + later)


def unwrapped(answer: Any) -> Any:
    """The results of a payload, or the data of its refusal; exactly one of the two is there."""
    if not isinstance(answer, dict) or "refusal" not in answer or "state" in answer:
        return answer
    results = {name: value for name, value in answer.items() if name != "refusal"}
    results_given = [name for name, value in results.items() if name != "replayed" and value is not None]
    assert (answer["refusal"] is None) == bool(results_given), answer
    if answer["refusal"] is None:
        return results
    assert not results.get("replayed")
    return {name: value for name, value in answer["refusal"].items() if value is not None}


def picked(answer: Any, *names: str) -> Any:
    """An answer, or each of a list of answers, with these fields only; "asset.code" is one of a field's own fields."""
    if not isinstance(answer, dict):
        return answer if answer is None else [picked(item, *names) for item in answer]
    parts: dict[str, list[str]] = {}
    for name in names:
        field, _, rest = name.partition(".")
        parts.setdefault(field, []).extend([rest] if rest else [])
    return {field: picked(answer[field], *rest) if rest else answer[field] for field, rest in parts.items()}


def tokyo(at: datetime) -> str:
    return (at + timedelta(hours=9)).astimezone(UTC).date().isoformat()
