"""The demo's first part: a payment from phone to till, its refund, and what bad networks do."""

import time
from typing import Any

from mocks.demo_scene import Scene, ms, new_key, spelled, yen

CHARGED, GIVEN_BACK = 3_000, 500


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
    scene.step("Quote", f"the phone reads the store's QR code and asks what {yen(amount)} would do")
    scene.tell(f"code {scene.code[:44]}… ({len(scene.code)} characters, EMVCo)")
    before = await scene.available()
    fields = {
        "walletId": scene.phone.wallet,
        "payee": {"code": scene.code},
        "amount": amount,
        "excludeAssetIds": scene.all_but("COIN"),
    }
    quoted = (await scene.succeed(scene.phone, "QuotePayment", {"input": fields}))["quote"]
    for part in quoted["allocations"]:
        scene.tell(f"{yen(part['amount'])} of the value that expires on {part['expiresOn'] or 'no day'}")
    scene.check(f"the parts make {yen(amount)}", sum(part["amount"] for part in quoted["allocations"]), amount)
    left = quoted["availableAfter"]
    scene.check(f"at {quoted['store']['name']}, leaving {yen(left)}", left, before - amount)
    scene.check("nothing moved by asking", await scene.available(), before)


async def pay(scene: Scene, amount: int, key: str) -> dict[str, Any]:
    """The payment, and the till that sees it live."""
    scene.step("Pay", f"{scene.phone.name} pays {yen(amount)}; the till listens over a WebSocket")
    before = await scene.available()
    started = time.perf_counter()
    payload = await scene.succeed(scene.phone, "Pay", scene.payment(amount, key))
    answered = time.perf_counter()
    payment: dict[str, Any] = payload["payment"]
    scene.check(
        f"phone: paid, receipt {spelled(payment['receiptNumber'])}, answered after {ms(answered - started)}",
        payload["replayed"],
        wanted=False,
    )
    at, event = await scene.heard(payment["receiptNumber"])
    text = f"till:  {event['__typename']} {yen(event['amount'])}, live {ms(at - started)} after the phone sent it"
    scene.check(text, (event["__typename"], event["amount"]), ("PaymentSettled", amount))
    scene.check(f"balance {yen(before)} → {yen(before - amount)}", await scene.available(), before - amount)
    return payment


async def refund(scene: Scene, payment: dict[str, Any]) -> None:
    """A part of the payment goes back to where it came from."""
    scene.step("Refund", f"the store gives {yen(GIVEN_BACK)} back")
    before = await scene.available()
    fields = {"idempotencyKey": new_key(), "paymentId": payment["id"], "amount": GIVEN_BACK, "reason": "RETURNED_GOODS"}
    payload = await scene.succeed(scene.till, "RefundPayment", {"input": fields})
    rest = payment["amount"] - GIVEN_BACK
    scene.check(
        f"refunded {yen(GIVEN_BACK)}; {yen(rest)} more could be",
        {name: payload["payment"][name] for name in ("refunded", "refundable")},
        {"refunded": GIVEN_BACK, "refundable": rest},
    )
    _, event = await scene.heard(payload["refund"]["receiptNumber"])
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
    again = await scene.succeed(scene.phone, "Pay", scene.payment(payment["amount"], key))
    number = again["payment"]["receiptNumber"]
    scene.check(f"the same receipt {spelled(number)}", number, payment["receiptNumber"])
    scene.check("replayed: true", again["replayed"], wanted=True)
    scene.check("nothing moved", await scene.available(), before)


async def lose_the_answer(scene: Scene, amount: int) -> None:
    """The answer is lost after the commit; `outcome` tells what happened."""
    scene.step("Dropped answer", f"{yen(amount)} is paid, and the network fails before the answer arrives")
    key, before = new_key(), await scene.available()
    await scene.lose(scene.payment(amount, key), "drop-after-commit")
    outcome = await scene.ask(scene.phone, "Outcome", {"operation": "PAY", "idempotencyKey": key})
    scene.check(f"outcome of the key: {outcome['state']}", outcome["state"], "SETTLED")
    receipt = outcome["receipt"] or {}
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
    named = {"operation": "PAY", "idempotencyKey": key}
    outcome = await scene.ask(scene.phone, "Outcome", named)
    scene.check(f"outcome of the key: {outcome['state']}", outcome["state"], "UNKNOWN")
    closed = (await scene.succeed(scene.phone, "Abandon", {"input": named}))["outcome"]["state"]
    scene.check(f"abandon closes it: {closed}", closed, "ABANDONED")
    refusal = await scene.be_refused(scene.phone, "Pay", scene.payment(amount, key))
    scene.check(f"the late request is refused: {refusal['code']} “{refusal['message']}”", refusal["code"], "ABANDONED")
    scene.check("nothing moved", await scene.available(), before)


async def be_refused(scene: Scene) -> None:
    """More than there is."""
    before = await scene.available()
    scene.step("Refusal", f"{yen(before + 1)} from a wallet of {yen(before)}")
    refusal = await scene.be_refused(scene.phone, "Pay", scene.payment(before + 1, new_key()))
    scene.check(
        f"{refusal['code']}, advice {refusal['advice']}",
        (refusal["code"], refusal["advice"]),
        ("INSUFFICIENT_BALANCE", "CHANGE_AND_USE_NEW_KEY"),
    )
    scene.check(f"the data says {yen(refusal['available'])}", refusal["available"], before)
    scene.check(f"“{refusal['message']}”", "残高" in refusal["message"], wanted=True)
    scene.check("nothing moved", await scene.available(), before)
