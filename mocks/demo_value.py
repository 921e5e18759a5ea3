"""The demo's documents about value with rules: points, a programme with a budget, a mixed payment."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:  # it imports this page
    from mocks.demo import Scene

CODE = "DEMO_POINT"
ASSETS = "query Assets($town: String!) { assets(municipality: $town) { id code } }"
CREATE_ASSET = """mutation CreateAsset($input: CreateAssetInput!) { createAsset(input: $input) { __typename
  ... on CreateAssetSuccess { asset { id } } ... on UserError { code message retry } } }"""
CREATE_PROGRAMME = """mutation CreateProgramme($input: CreateProgrammeInput!) { createProgramme(input: $input) { __typename
  ... on CreateProgrammeSuccess { programme { id budgetLeft } } ... on UserError { code message retry } } }"""
GRANT = """mutation Grant($input: GrantValueInput!) { grantValue(input: $input) { __typename
  ... on GrantValueSuccess { grant { receiptNumber amount } } ... on UserError { code message retry } } }"""
QUOTE = """query Quote($input: QuotePaymentInput!) { quotePayment(input: $input) { __typename
  ... on QuotePaymentSuccess { quote { token allocations { amount asset { code } } } } ... on UserError { code message retry } } }"""
PAY = """mutation Pay($input: PayInput!) { pay(input: $input) { __typename
  ... on PaySuccess { payment { id explain allocations { amount asset { code } } } } ... on UserError { code message retry } } }"""


async def points_of(scene: "Scene") -> str:
    """The demo's points; made by the first play of a town."""
    given = {
        "municipality": scene.finance.municipality, "code": CODE, "kind": "ADMINISTRATIVE_POINT", "nameJa": "健康ポイント", "nameEn": "Health points",
        "unitJa": "ポイント", "unitEn": "point", "paid": False, "legalProfile": "MUNICIPALITY", "sixMonthExempt": True,
        "expiryRule": "MONTHS_AFTER_ISSUE", "expiresAfterMonths": 6, "minimumUnit": 1, "chargeMaximum": 1, "paymentMaximum": 100_000,
        "transferable": False, "returnsToBudget": True,
    }  # fmt: skip
    found = await scene.ask(scene.finance, CREATE_ASSET, {"input": given})
    if "asset" in found:
        return str(found["asset"]["id"])
    known = await scene.ask_all(scene.phone, ASSETS, {"town": scene.finance.municipality})
    return next(str(one["id"]) for one in known if one["code"] == CODE)


async def programme_of(scene: "Scene", points: str, budget: int) -> str:
    """A programme for this play alone."""
    now = datetime.now(UTC)
    given = {
        "idempotencyKey": str(uuid4()), "municipality": scene.finance.municipality, "kind": "GRANT", "nameJa": "歩いて健康",
        "nameEn": "Walk for health",
        "assetId": points, "budget": budget, "startsAt": (now - timedelta(minutes=1)).isoformat(), "endsAt": (now + timedelta(days=1)).isoformat(),
    }  # fmt: skip
    found = await scene.succeed(scene.finance, CREATE_PROGRAMME, {"input": given})
    return str(found["programme"]["id"])


def grant(wallet: str, programme: str, amount: int, key: str) -> dict[str, Any]:
    """The variables of a grant."""
    return {"input": {"idempotencyKey": key, "programmeId": programme, "walletId": wallet, "amount": amount}}


def quote(scene: "Scene", amount: int) -> dict[str, Any]:
    """The variables of a quote."""
    return {"input": {"walletId": scene.phone.wallet, "payee": {"code": scene.code}, "amount": amount}}


def refund(payment: str, amount: int, key: str) -> dict[str, Any]:
    """The variables of a refund."""
    return {"input": {"idempotencyKey": key, "paymentId": payment, "amount": amount, "reason": "RETURNED_GOODS"}}
