"""The demo's third part: what the town offers. Points earned and taken back, a coupon, and a premium voucher."""

from typing import Any

from mocks.demo_scene import Scene, UnplayableError, lots_of, new_key, spelled, yen
from mocks.town_offers import POINT, VOUCHER

AMOUNT = 1_000
COUPON = "まちの1割引クーポン"
RULE = "お買い物で1％"


async def points(scene: Scene) -> None:
    """A payment earns points, which wait; its refund takes them back."""
    scene.step("Points", f"{yen(AMOUNT)} earn 1 %; a refund takes back what the rest would not have earned")
    before, coin = await balance(scene, POINT), await scene.available()
    quoted = await quote(scene, exclude=scene.all_but("COIN"))
    promised = sum(grant["amount"] for grant in quoted["pointGrants"])
    scene.tell(f"the quote promises {promised} points")
    paid = await pay(scene, exclude=scene.all_but("COIN"))
    grants = [grant for grant in paid["pointGrants"] if grant["asset"]["code"] == POINT]
    earned = sum(grant["amount"] for grant in grants)
    all_earned = sum(grant["amount"] for grant in paid["pointGrants"])
    scene.check(f"the payment gave them: {earned} {POINT}", all_earned, promised)
    traced = [trace["amount"] for grant in grants for trace in grant["ruleTrace"] if trace["rule"]["name"] == RULE]
    scene.check(f"the rule “{RULE}” gave {AMOUNT // 100}", traced, [AMOUNT // 100])
    waiting = await balance(scene, POINT)
    scene.check(
        f"they wait until {grants[0]['usableFrom']}: pending +{earned}", waiting["pending"], before["pending"] + earned
    )
    scene.check("and cannot be spent yet", waiting["available"], before["available"])
    half = await refund(scene, paid["id"], AMOUNT // 2)
    # Only the wallet's own people are told of points: the till's answer has none of it.
    refunded = await scene.ask(scene.phone, "Payment", {"id": paid["id"]})
    clawbacks = [clawback for each in refunded["refunds"] for clawback in each["pointClawbacks"]]
    back = sum(clawback["amount"] for clawback in clawbacks if clawback["asset"]["code"] == POINT)
    scene.check(
        f"refunding half takes {back} back", (await balance(scene, POINT))["pending"], waiting["pending"] - back
    )
    scene.check("half of what the rule gave, or more", back >= AMOUNT // 100 // 2, wanted=True)
    await refund(scene, paid["id"], half["payment"]["refundable"])
    scene.check("refunding the rest takes the rest", await balance(scene, POINT), before)
    scene.check("the coin is back", await scene.available(), coin)


async def coupon(scene: Scene) -> None:
    """A coupon of the town: the resident pays less, the store gets the full price."""
    scene.step("Coupon", f"“{COUPON}” on {yen(AMOUNT)}: the town bears the discount")
    fields = {"municipality": scene.phone.municipality, "walletId": scene.phone.wallet, "first": 100}
    coupons = await scene.ask(scene.phone, "Coupons", fields)
    edge = next((edge for edge in coupons["edges"] if edge["node"]["name"] == COUPON), None)
    if edge is None:
        message = f"the town has no coupon “{COUPON}”"
        raise UnplayableError(message)
    key, coin = edge["node"]["id"], await scene.available()
    claim = {"idempotencyKey": new_key(), "couponId": key, "wallet": {"walletId": scene.phone.wallet}}
    claimed = (await scene.succeed(scene.phone, "ClaimCoupon", {"input": claim}))["claim"]
    scene.tell(f"claimed “{claimed['coupon']['name']}”, receipt {spelled(claimed['receiptNumber'])}")
    quoted = await quote(scene, exclude=scene.all_but("COIN"), couponIds=[key])
    scene.check("the quote takes a tenth off", (quoted["listAmount"], quoted["discount"]), (AMOUNT, AMOUNT // 10))
    paid = await pay(scene, exclude=scene.all_but("COIN"), couponIds=[key])
    scene.check(f"the wallet pays {yen(paid['amount'])}", await scene.available(), coin - AMOUNT + AMOUNT // 10)
    _, event = await scene.heard(paid["receiptNumber"])
    scene.check(f"till:  {event['__typename']} {yen(event['amount'])}, the full price", event["amount"], AMOUNT)
    back = await refund(scene, paid["id"], AMOUNT)
    scene.check("a refund gives the discount back to the town", back["refund"]["discountReturned"], AMOUNT // 10)
    scene.check("and the wallet what it paid", await scene.available(), coin)


async def voucher(scene: Scene) -> None:
    """A unit of a premium voucher, bought with coin: one part is handed over whole, the other pays at a small store."""
    products = await scene.ask_all(scene.phone, "VoucherProducts", {"municipality": scene.phone.municipality})
    product = next((product for product in products if product["code"] == VOUCHER), None)
    if product is None or product["state"] != "ON_SALE":
        message = f"the town has no voucher product {VOUCHER} on sale"
        raise UnplayableError(message)
    price, face = product["price"], product["faceValue"]
    scene.step("Voucher", f"“{product['name']}”: {yen(face)} for {yen(price)}, {product['stockLeft']:,} units left")
    await scene.top_up(price)
    coin = await scene.available()
    fields = {"idempotencyKey": new_key(), "walletId": scene.phone.wallet, "productId": product["id"], "units": 1}
    bought = (await scene.succeed(scene.phone, "PurchaseVoucher", {"input": fields}))["purchase"]
    scene.check(
        f"bought, receipt {spelled(bought['receiptNumber'])}", (bought["amount"], bought["faceValue"]), (price, face)
    )
    scene.check("coin paid for it", await scene.available(), coin - price)
    names = {sub["asset"]["code"]: sub["asset"]["name"] for sub in product["subVouchers"]}
    parts = {part["asset"]["code"]: part for part in bought["allocations"]}
    for code, part in parts.items():
        scene.tell(f"{names[code]}: {yen(part['amount'])}")
    common, small = parts[f"{VOUCHER}_1"]["amount"], parts[f"{VOUCHER}_2"]["amount"]
    await hand_over(scene, f"{VOUCHER}_1", common)
    used = await pay(scene, small, exclude=scene.all_but(f"{VOUCHER}_2"), payee={"storeId": scene.small_store})
    scene.check(f"the small stores' part pays {yen(small)} at a small store", lots_of(used), [(f"{VOUCHER}_2", small)])
    scene.check("coin paid for none of it", await scene.available(), coin - price)


async def hand_over(scene: Scene, code: str, worth: int) -> None:
    """One unit of a voucher at the till's store, which the phone shows before."""
    wallet = await scene.ask(scene.phone, "Wallet", {"id": scene.phone.wallet})
    lots = next(balance["lots"] for balance in wallet["balances"] if balance["asset"]["code"] == code)
    lot = max(lots, key=lambda lot: int(lot["amount"]))
    fields = {
        "walletId": scene.phone.wallet,
        "item": {"voucherId": lot["id"]},
        "payee": {"code": scene.code},
        "units": 1,
    }
    quoted = (await scene.succeed(scene.phone, "QuoteRedemption", {"input": fields}))["quote"]
    after = {"units": 1, "amount": worth, "amountAfter": int(lot["amount"]) - worth}
    scene.check(
        f"one unit is {yen(worth)}; the phone shows what remains", {name: quoted[name] for name in after}, after
    )
    keyed = {"idempotencyKey": new_key(), **fields}
    redemption = (await scene.succeed(scene.phone, "Redeem", {"input": keyed}))["redemption"]
    scene.check(
        f"and hands it over to {scene.till.name}", (redemption["redeemedUnits"], redemption["amount"]), (1, worth)
    )


async def quote(scene: Scene, amount: int = AMOUNT, *, exclude: list[str], **more: object) -> dict[str, Any]:
    """What a payment at the till's store would do."""
    fields = {
        "walletId": scene.phone.wallet,
        "payee": {"code": scene.code},
        "amount": amount,
        "excludeAssetIds": exclude,
        **more,
    }
    quoted: dict[str, Any] = (await scene.succeed(scene.phone, "QuotePayment", {"input": fields}))["quote"]
    return quoted


async def pay(scene: Scene, amount: int = AMOUNT, *, exclude: list[str], **more: object) -> dict[str, Any]:
    """A payment at the till's store, without some kinds of value."""
    variables = scene.payment(amount, new_key())
    variables["input"] |= {"excludeAssetIds": exclude, **more}
    paid: dict[str, Any] = (await scene.succeed(scene.phone, "Pay", variables))["payment"]
    return paid


async def refund(scene: Scene, payment: str, amount: int) -> dict[str, Any]:
    """The till gives an amount of the list price back."""
    fields = {"idempotencyKey": new_key(), "paymentId": payment, "amount": amount, "reason": "RETURNED_GOODS"}
    return await scene.succeed(scene.till, "RefundPayment", {"input": fields})


async def balance(scene: Scene, code: str) -> dict[str, int]:
    """What the phone has of one kind of value."""
    wallet = await scene.ask(scene.phone, "Wallet", {"id": scene.phone.wallet})
    sums = ("posted", "available", "pending")
    return next(
        ({name: balance[name] for name in sums} for balance in wallet["balances"] if balance["asset"]["code"] == code),
        dict.fromkeys(sums, 0),
    )
