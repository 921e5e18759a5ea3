"""The demo's third part: what the town offers. Points earned and taken back, a coupon, and a premium voucher."""

from typing import Any

from mocks.demo_scene import Scene, UnplayableError, new_key, spelled, yen
from mocks.town_offers import POINT, VOUCHER

AMOUNT = 1_000
COUPON = "まちの1割引クーポン"
RULE = "お買い物で1％"

QUOTE = """query Quote($input: QuotePaymentInput!) { quotePayment(input: $input) { __typename
  ... on QuotePaymentSuccess { quote { token listAmount discount amount pointGrants { amount } allocations { amount
    asset { code } } } }
  ... on UserError { code message retry } } }"""
PAY = """mutation Pay($input: PayInput!) { pay(input: $input) { __typename
  ... on PaySuccess { payment { id receiptNumber listAmount discount amount allocations { amount asset { code } }
    pointGrants { amount usableFrom asset { code } ruleTrace { amount rule { name } } } } }
  ... on UserError { code message retry } } }"""
REFUND = """mutation Refund($input: RefundPaymentInput!) { refundPayment(input: $input) { __typename
  ... on RefundPaymentSuccess { refund { amount discountReturned } payment { refundable } }
  ... on UserError { code message retry } } }"""
TAKEN_BACK = (
    """query TakenBack($id: ID!) { payment(id: $id) { refunds { pointClawbacks { amount asset { code } } } } }"""
)
BALANCES = "query Balances($id: ID!) { wallet(id: $id) { balances { posted available pending asset { code } } } }"
COUPONS = """query Coupons($town: String!, $wallet: ID!) { coupons(municipality: $town, walletId: $wallet, first: 100) {
  edges { claimCount node { id name } } } }"""
CLAIM = """mutation Claim($input: ClaimCouponInput!) { claimCoupon(input: $input) { __typename
  ... on ClaimCouponSuccess { claim { receiptNumber coupon { name } } } ... on UserError { code message retry } } }"""
PRODUCTS = (
    "query Products($town: String!) { voucherProducts(municipality: $town) { id code name state price faceValue"
    " stockLeft } }"
)
BUY = """mutation Buy($input: PurchaseVoucherInput!) { purchaseVoucher(input: $input) { __typename
  ... on PurchaseVoucherSuccess { purchase { receiptNumber amount faceValue allocations { amount asset { code name } } }
    }
  ... on UserError { code message retry } } }"""


async def points(scene: Scene) -> None:
    """A payment earns points, which wait; its refund takes them back."""
    scene.step("Points", f"{yen(AMOUNT)} earn 1 %; a refund takes back what the rest would not have earned")
    before, coin = await balance(scene, POINT), await scene.available()
    quoted = await quote(scene, exclude=scene.all_but("COIN"))
    told = sum(one["amount"] for one in quoted["pointGrants"])
    scene.tell(f"the quote promises {told} points")
    paid = await pay(scene, exclude=scene.all_but("COIN"))
    given = [one for one in paid["pointGrants"] if one["asset"]["code"] == POINT]
    earned = sum(one["amount"] for one in given)
    scene.check(f"the payment gave them: {earned} {POINT}", sum(one["amount"] for one in paid["pointGrants"]), told)
    traced = [trace["amount"] for one in given for trace in one["ruleTrace"] if trace["rule"]["name"] == RULE]
    scene.check(f"the rule “{RULE}” gave {AMOUNT // 100}", traced, [AMOUNT // 100])
    waiting = await balance(scene, POINT)
    scene.check(
        f"they wait until {given[0]['usableFrom']}: pending +{earned}", waiting["pending"], before["pending"] + earned
    )
    scene.check("and cannot be spent yet", waiting["available"], before["available"])
    half = await refund(scene, paid["id"], AMOUNT // 2)
    found = await scene.ask(
        scene.phone, TAKEN_BACK, {"id": paid["id"]}
    )  # of points only the wallet's own people are told
    back = sum(
        one["amount"] for each in found["refunds"] for one in each["pointClawbacks"] if one["asset"]["code"] == POINT
    )
    scene.check(
        f"refunding half takes {back} back", (await balance(scene, POINT))["pending"], waiting["pending"] - back
    )
    scene.check("half of what the rule gave, or more", back >= AMOUNT // 100 // 2, wanted=True)
    await refund(scene, paid["id"], half["payment"]["refundable"])
    scene.check("refunding the rest takes the rest", await balance(scene, POINT), before)
    scene.check("the coin is back", await scene.available(), coin)


async def coupon(scene: Scene) -> None:
    """A coupon of the town: the resident pays less, the shop gets the full price."""
    scene.step("Coupon", f"“{COUPON}” on {yen(AMOUNT)}: the town bears the discount")
    found = await scene.ask(scene.phone, COUPONS, {"town": scene.phone.municipality, "wallet": scene.phone.wallet})
    edge = next((one for one in found["edges"] if one["node"]["name"] == COUPON), None)
    if edge is None:
        message = f"the town has no coupon “{COUPON}”"
        raise UnplayableError(message)
    key, coin = edge["node"]["id"], await scene.available()
    claim = {"idempotencyKey": new_key(), "couponId": key, "wallet": {"walletId": scene.phone.wallet}}
    claimed = (await scene.succeed(scene.phone, CLAIM, {"input": claim}))["claim"]
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
    """A unit of a premium voucher, bought with coin and used up at a large and a small shop."""
    listed = await scene.ask_all(scene.phone, PRODUCTS, {"town": scene.phone.municipality})
    product = next((one for one in listed if one["code"] == VOUCHER), None)
    if product is None or product["state"] != "ON_SALE":
        message = f"the town has no voucher product {VOUCHER} on sale"
        raise UnplayableError(message)
    price, face = product["price"], product["faceValue"]
    scene.step("Voucher", f"“{product['name']}”: {yen(face)} for {yen(price)}, {product['stockLeft']:,} units left")
    await scene.top_up(price)
    coin = await scene.available()
    given = {"idempotencyKey": new_key(), "walletId": scene.phone.wallet, "productId": product["id"], "units": 1}
    bought = (await scene.succeed(scene.phone, BUY, {"input": given}))["purchase"]
    scene.check(
        f"bought, receipt {spelled(bought['receiptNumber'])}", (bought["amount"], bought["faceValue"]), (price, face)
    )
    scene.check("coin paid for it", await scene.available(), coin - price)
    parts = {one["asset"]["code"]: one for one in bought["allocations"]}
    for one in parts.values():
        scene.tell(f"{one['asset']['name']}: {yen(one['amount'])}")
    common, small = parts[f"{VOUCHER}_1"]["amount"], parts[f"{VOUCHER}_2"]["amount"]
    used = await pay(scene, common, exclude=scene.all_but(f"{VOUCHER}_1"))
    scene.check(f"the common part pays {yen(common)} at {scene.till.name}", lots_of(used), [(f"{VOUCHER}_1", common)])
    used = await pay(scene, small, exclude=scene.all_but(f"{VOUCHER}_2"), payee={"storeId": scene.small_shop})
    scene.check(f"the small shops' part pays {yen(small)} at a small shop", lots_of(used), [(f"{VOUCHER}_2", small)])
    scene.check("coin paid for none of it", await scene.available(), coin - price)


async def quote(scene: Scene, amount: int = AMOUNT, *, exclude: list[str], **more: object) -> dict[str, Any]:
    """What a payment at the till's shop would do."""
    given = {
        "walletId": scene.phone.wallet,
        "payee": {"code": scene.code},
        "amount": amount,
        "excludeAssetIds": exclude,
        **more,
    }
    found: dict[str, Any] = (await scene.succeed(scene.phone, QUOTE, {"input": given}))["quote"]
    return found


async def pay(scene: Scene, amount: int = AMOUNT, *, exclude: list[str], **more: object) -> dict[str, Any]:
    """A payment at the till's shop, without some kinds of value."""
    variables = scene.payment(amount, new_key())
    variables["input"] |= {"excludeAssetIds": exclude, **more}
    paid: dict[str, Any] = (await scene.succeed(scene.phone, PAY, variables))["payment"]
    return paid


async def refund(scene: Scene, payment: str, amount: int) -> dict[str, Any]:
    """The till gives an amount of the list price back."""
    given = {"idempotencyKey": new_key(), "paymentId": payment, "amount": amount, "reason": "RETURNED_GOODS"}
    return await scene.succeed(scene.till, REFUND, {"input": given})


async def balance(scene: Scene, code: str) -> dict[str, int]:
    """What the phone has of one kind of value."""
    found = await scene.ask(scene.phone, BALANCES, {"id": scene.phone.wallet})
    named = ("posted", "available", "pending")
    return next(
        ({name: one[name] for name in named} for one in found["balances"] if one["asset"]["code"] == code),
        dict.fromkeys(named, 0),
    )


def lots_of(payment: dict[str, Any]) -> list[tuple[str, int]]:
    """Which kinds of value paid."""
    return [(one["asset"]["code"], one["amount"]) for one in payment["allocations"]]
