"""The demo's second part: value with rules.

Points of a programme with a budget, in a payment with coin, explained and refunded.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from mocks import demo_payment
from mocks.demo_scene import Scene, new_key, yen

CODE = "DEMO_POINT"
CREATE_ASSET = """mutation CreateAsset($input: CreateAssetInput!) { createAsset(input: $input) { __typename
  ... on CreateAssetSuccess { asset { id } } ... on UserError { code message retry } } }"""
CREATE_PROGRAMME = """mutation CreateProgramme($input: CreateProgrammeInput!) { createProgramme(input: $input) {
  __typename
  ... on CreateProgrammeSuccess { programme { id budgetLeft } } ... on UserError { code message retry } } }"""
GRANT = """mutation Grant($input: GrantValueInput!) { grantValue(input: $input) { __typename
  ... on GrantValueSuccess { grant { receiptNumber amount } } ... on UserError { code message retry } } }"""
QUOTE = """query Quote($input: QuotePaymentInput!) { quotePayment(input: $input) { __typename
  ... on QuotePaymentSuccess { quote { token allocations { amount asset { code } } } } ... on UserError { code message
    retry } } }"""
PAY = """mutation Pay($input: PayInput!) { pay(input: $input) { __typename
  ... on PaySuccess { payment { id explain allocations { amount asset { code } } } } ... on UserError { code message
    retry } } }"""


async def mixed(scene: Scene) -> None:
    """Points of a programme and coin in one payment, explained and given back; the points are spent at the end."""
    amount, given = random.randrange(1_000, 1_500), 300  # noqa: S311 - no secret
    scene.step(
        "Mixed payment",
        f"the town gives {given} points out of a programme's budget; {yen(amount)} are paid with points and coin",
    )
    before = await scene.available()
    points = await points_of(scene)
    scene.assets[CODE] = points
    programme = await programme_of(scene, points, given)
    await scene.succeed(scene.desk, GRANT, grant(scene.phone.wallet, programme, given, new_key()))
    quoted = (await scene.succeed(scene.phone, QUOTE, quote(scene, amount)))["quote"]
    variables = scene.payment(amount, new_key())
    variables["input"] |= {"quoteToken": quoted["token"], "excludeAssetIds": scene.all_but("COIN", CODE)}
    paid = (await scene.succeed(scene.phone, PAY, variables))["payment"]
    used = [(one["asset"]["code"], one["amount"]) for one in paid["allocations"]]
    scene.check(f"paid as quoted: {used}", paid["allocations"], quoted["allocations"])
    scene.check("the points go first, coin fills up", used, [(CODE, given), ("COIN", amount - given)])
    for sentence in paid["explain"]:
        scene.tell(sentence)
    await scene.succeed(scene.till, demo_payment.REFUND, refund(paid["id"], amount, new_key()))
    scene.check("the refund gives both back", await scene.available(), before)
    variables = scene.payment(given, new_key())
    variables["input"] |= {"excludeAssetIds": scene.all_but(CODE)}
    spent = (await scene.succeed(scene.phone, PAY, variables))["payment"]
    scene.check(
        f"{given} points alone pay {yen(given)}",
        [(one["asset"]["code"], one["amount"]) for one in spent["allocations"]],
        [(CODE, given)],
    )
    scene.check("the coin is untouched", await scene.available(), before)


async def points_of(scene: Scene) -> str:
    """The demo's points; made by the first play of a town."""
    given = {
        "municipality": scene.finance.municipality,
        "code": CODE,
        "kind": "ADMINISTRATIVE_POINT",
        "nameJa": "健康ポイント",
        "nameEn": "Health points",
        "unitJa": "ポイント",
        "unitEn": "point",
        "paid": False,
        "legalProfile": "MUNICIPALITY",
        "sixMonthExempt": True,
        "expiryRule": "MONTHS_AFTER_ISSUE",
        "expiresAfterMonths": 6,
        "minimumUnit": 1,
        "chargeMaximum": 1,
        "paymentMaximum": 100_000,
        "transferable": False,
        "returnsToBudget": True,
    }
    found = await scene.ask(scene.finance, CREATE_ASSET, {"input": given})
    if "asset" in found:
        return str(found["asset"]["id"])
    return scene.assets[CODE]


async def programme_of(scene: Scene, points: str, budget: int) -> str:
    """A programme for this play alone."""
    now = datetime.now(UTC)
    given = {
        "idempotencyKey": new_key(),
        "municipality": scene.finance.municipality,
        "kind": "GRANT",
        "nameJa": "歩いて健康",
        "nameEn": "Walk for health",
        "assetId": points,
        "budget": budget,
        "startsAt": (now - timedelta(minutes=1)).isoformat(),
        "endsAt": (now + timedelta(days=1)).isoformat(),
    }
    found = await scene.succeed(scene.finance, CREATE_PROGRAMME, {"input": given})
    return str(found["programme"]["id"])


def grant(wallet: str, programme: str, amount: int, key: str) -> dict[str, Any]:
    """The variables of a grant."""
    return {"input": {"idempotencyKey": key, "programmeId": programme, "walletId": wallet, "amount": amount}}


def quote(scene: Scene, amount: int) -> dict[str, Any]:
    """The variables of a quote."""
    given = {
        "walletId": scene.phone.wallet,
        "payee": {"code": scene.code},
        "amount": amount,
        "excludeAssetIds": scene.all_but("COIN", CODE),
    }
    return {"input": given}


def refund(payment: str, amount: int, key: str) -> dict[str, Any]:
    """The variables of a refund."""
    return {"input": {"idempotencyKey": key, "paymentId": payment, "amount": amount, "reason": "RETURNED_GOODS"}}
