"""The demo's second part: value with rules.

Points of a programme with a budget, in a payment with coin, explained and refunded.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from mocks.demo_scene import Scene, lots_of, new_key, yen

CODE = "DEMO_POINT"


async def mixed(scene: Scene) -> None:
    """Points of a programme and coin in one payment, explained and given back; the points are spent at the end."""
    amount, granted = random.randrange(1_000, 1_500), 300  # noqa: S311 - no secret
    scene.step(
        "Mixed payment",
        f"the town gives {granted} points out of a programme's budget; {yen(amount)} are paid with points and coin",
    )
    before = await scene.available()
    points = await points_of(scene)
    scene.assets[CODE] = points
    programme = await programme_of(scene, points, granted)
    await scene.succeed(scene.desk, "GrantValue", grant(scene.phone.wallet, programme, granted, new_key()))
    quoted = (await scene.succeed(scene.phone, "QuotePayment", quote(scene, amount)))["quote"]
    variables = scene.payment(amount, new_key())
    variables["input"] |= {"quoteToken": quoted["token"], "excludeAssetIds": scene.all_but("COIN", CODE)}
    paid = (await scene.succeed(scene.phone, "Pay", variables))["payment"]
    used = lots_of(paid)
    scene.check(f"paid as quoted: {used}", paid["allocations"], quoted["allocations"])
    scene.check("the points go first, coin fills up", used, [(CODE, granted), ("COIN", amount - granted)])
    for sentence in paid["explain"]:
        scene.tell(sentence)
    await scene.succeed(scene.till, "RefundPayment", refund(paid["id"], amount, new_key()))
    scene.check("the refund gives both back", await scene.available(), before)
    variables = scene.payment(granted, new_key())
    variables["input"] |= {"excludeAssetIds": scene.all_but(CODE)}
    spent = (await scene.succeed(scene.phone, "Pay", variables))["payment"]
    scene.check(f"{granted} points alone pay {yen(granted)}", lots_of(spent), [(CODE, granted)])
    scene.check("the coin is untouched", await scene.available(), before)


async def points_of(scene: Scene) -> str:
    """The demo's points; made by the first play of a town."""
    if CODE in scene.assets:
        return scene.assets[CODE]
    fields = {
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
    payload = await scene.succeed(scene.finance, "CreateAsset", {"input": fields})
    return str(payload["asset"]["id"])


async def programme_of(scene: Scene, points: str, budget: int) -> str:
    """A programme for this play alone."""
    now = datetime.now(UTC)
    fields = {
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
    payload = await scene.succeed(scene.finance, "CreateProgramme", {"input": fields})
    return str(payload["programme"]["id"])


def grant(wallet: str, programme: str, amount: int, key: str) -> dict[str, Any]:
    """The variables of a grant."""
    return {"input": {"idempotencyKey": key, "programmeId": programme, "walletId": wallet, "amount": amount}}


def quote(scene: Scene, amount: int) -> dict[str, Any]:
    """The variables of a quote."""
    fields = {
        "walletId": scene.phone.wallet,
        "payee": {"code": scene.code},
        "amount": amount,
        "excludeAssetIds": scene.all_but("COIN", CODE),
    }
    return {"input": fields}


def refund(payment: str, amount: int, key: str) -> dict[str, Any]:
    """The variables of a refund."""
    return {"input": {"idempotencyKey": key, "paymentId": payment, "amount": amount, "reason": "RETURNED_GOODS"}}
