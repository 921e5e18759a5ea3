"""The demo's first part: a payment from phone to till, its refund, and what bad networks do."""

import time
from typing import Any

from mocks.demo_scene import PAY, Scene, ms, new_key, spelled, yen

CHARGED, GIVEN_BACK = 3_000, 500

QUOTE = """query Quote($input: QuotePaymentInput!) { quotePayment(input: $input) { __typename
  ... on QuotePaymentSuccess { quote { amount availableAfter store { name } allocations { amount expiresOn } } }
  ... on UserError { code message retry } } }"""
REFUND = """mutation Refund($input: RefundPaymentInput!) { refundPayment(input: $input) { __typename
  ... on RefundPaymentSuccess { refund { receiptNumber amount } payment { refunded refundable } replayed }
  ... on UserError { code message retry } } }"""
OUTCOME = (
    "query Outcome($key: UUID!) { outcome(operation: PAY, idempotencyKey: $key) { state receipt { receiptNumber amount"
    " } } }"
)
ABANDON = """mutation Abandon($key: UUID!) { abandon(input: {operation: PAY, idempotencyKey: $key}) { __typename
  ... on AbandonSuccess { outcome { state } } ... on UserError { code message retry } } }"""


async def charge(scene: Scene) -> None:
    """Cash at the desk becomes value in the wallet."""
    before = await scene.available()
    scene.step("Charge", f"{scene.desk.name} takes {yen(CHARGED)} in cash for {scene.phone.name}")
    charged = await scene.top_up(CHARGED)
    scene.check(
        f"charged {yen(charged['amount'])}, receipt {spelled(charged['receiptNumber'])}", charged["amount"], CHARGED
    )
    after = await scene.available()
    scene.check(f"balance {yen(before)} → {yen(after)}", after, before + CHARGED)


async def quote(scene: Scene, amount: int) -> None:
    """What a payment would do, before it is made."""
    scene.step("Quote", f"the phone reads the shop's QR code and asks what {yen(amount)} would do")
    scene.tell(f"code {scene.code[:44]}… ({len(scene.code)} characters, EMVCo)")
    before = await scene.available()
    asked = {
        "walletId": scene.phone.wallet,
        "payee": {"code": scene.code},
        "amount": amount,
        "excludeAssetIds": scene.all_but("COIN"),
    }
    found = (await scene.succeed(scene.phone, QUOTE, {"input": asked}))["quote"]
    for part in found["allocations"]:
        scene.tell(f"{yen(part['amount'])} of the value that expires on {part['expiresOn'] or 'no day'}")
    scene.check(f"the parts make {yen(amount)}", sum(part["amount"] for part in found["allocations"]), amount)
    scene.check(
        f"at {found['store']['name']}, leaving {yen(found['availableAfter'])}", found["availableAfter"], before - amount
    )
    scene.check("nothing moved by asking", await scene.available(), before)


async def pay(scene: Scene, amount: int, key: str) -> dict[str, Any]:
    """The payment, and the till that sees it live."""
    scene.step("Pay", f"{scene.phone.name} pays {yen(amount)}; the till listens over a WebSocket")
    before = await scene.available()
    started = time.perf_counter()
    done = await scene.succeed(scene.phone, PAY, scene.payment(amount, key))
    answered = time.perf_counter()
    payment: dict[str, Any] = done["payment"]
    scene.check(
        f"phone: paid, receipt {spelled(payment['receiptNumber'])}, answered after {ms(answered - started)}",
        done["replayed"],
        wanted=False,
    )
    at, event = await scene.heard(payment["receiptNumber"])
    text = f"till:  {event['__typename']} {yen(event['amount'])}, live {ms(at - started)} after the phone sent it"
    scene.check(text, (event["__typename"], event["amount"]), ("PaymentSettled", amount))
    scene.check(f"balance {yen(before)} → {yen(before - amount)}", await scene.available(), before - amount)
    return payment


async def refund(scene: Scene, payment: dict[str, Any]) -> None:
    """A part of the payment goes back to where it came from."""
    scene.step("Refund", f"the shop gives {yen(GIVEN_BACK)} back")
    before = await scene.available()
    done = await scene.succeed(
        scene.till,
        REFUND,
        {
            "input": {
                "idempotencyKey": new_key(),
                "paymentId": payment["id"],
                "amount": GIVEN_BACK,
                "reason": "RETURNED_GOODS",
            }
        },
    )
    rest = payment["amount"] - GIVEN_BACK
    scene.check(
        f"refunded {yen(GIVEN_BACK)}; {yen(rest)} more could be",
        done["payment"],
        {"refunded": GIVEN_BACK, "refundable": rest},
    )
    _, event = await scene.heard(done["refund"]["receiptNumber"])
    scene.check(
        f"till:  {event['__typename']} {event['amount']:,}",
        (event["__typename"], event["amount"]),
        ("PaymentRefunded", -GIVEN_BACK),
    )
    scene.check("the wallet has it", await scene.available(), before + GIVEN_BACK)


async def replay(scene: Scene, payment: dict[str, Any], key: str) -> None:
    """The same key again: the same answer, and nothing moves."""
    scene.step("Replay", "the phone sends the same payment with the same key again")
    before = await scene.available()
    again = await scene.succeed(scene.phone, PAY, scene.payment(payment["amount"], key))
    number = again["payment"]["receiptNumber"]
    scene.check(f"the same receipt {spelled(number)}", number, payment["receiptNumber"])
    scene.check("replayed: true", again["replayed"], wanted=True)
    scene.check("nothing moved", await scene.available(), before)


async def lose_the_answer(scene: Scene, amount: int) -> None:
    """The answer is lost after the commit; `outcome` tells what happened."""
    scene.step("Dropped answer", f"{yen(amount)} is paid, and the network fails before the answer arrives")
    key, before = new_key(), await scene.available()
    await scene.lose(scene.payment(amount, key), "drop-after-commit")
    found = await scene.ask(scene.phone, OUTCOME, {"key": key})
    scene.check(f"outcome of the key: {found['state']}", found["state"], "SETTLED")
    receipt = found["receipt"] or {}
    scene.check(
        f"its receipt {spelled(receipt.get('receiptNumber', ''))} says {yen(amount)}", receipt.get("amount"), amount
    )
    await scene.heard(receipt.get("receiptNumber", ""))
    scene.tell("till:  knew it all the time")
    scene.check("paid once", await scene.available(), before - amount)


async def abandon(scene: Scene, amount: int) -> None:
    """The request is lost before the commit; the key is closed, and the person may pay cash."""
    scene.step("Abandoned key", "the network fails before the commit; the customer gives up and pays cash")
    key, before = new_key(), await scene.available()
    await scene.lose(scene.payment(amount, key), "drop-before-commit")
    found = await scene.ask(scene.phone, OUTCOME, {"key": key})
    scene.check(f"outcome of the key: {found['state']}", found["state"], "UNKNOWN")
    closed = (await scene.succeed(scene.phone, ABANDON, {"key": key}))["outcome"]["state"]
    scene.check(f"abandon closes it: {closed}", closed, "ABANDONED")
    late = await scene.ask(scene.phone, PAY, scene.payment(amount, key))
    scene.check(
        f"the late request is refused: {late['__typename']} “{late.get('message')}”", late.get("code"), "ABANDONED"
    )
    scene.check("nothing moved", await scene.available(), before)


async def be_refused(scene: Scene) -> None:
    """More than there is."""
    before = await scene.available()
    scene.step("Refusal", f"{yen(before + 1)} from a wallet of {yen(before)}")
    found = await scene.ask(scene.phone, PAY, scene.payment(before + 1, new_key()))
    scene.check(
        f"{found['__typename']}, retry {found.get('retry')}",
        (found.get("code"), found.get("retry")),
        ("INSUFFICIENT_BALANCE", "NEW_KEY"),
    )
    scene.check(f"the data says {yen(found.get('available', 0))}", found.get("available"), before)
    scene.check(f"“{found.get('message')}”", "残高" in str(found.get("message")), wanted=True)
    scene.check("nothing moved", await scene.available(), before)
