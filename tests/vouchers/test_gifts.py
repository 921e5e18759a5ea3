"""Gifts: numbers stored as digests only, one activation, and the end of gifts that are never activated."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from domain.database import rows
from domain.ledger.audit import drift
from domain.ledger.holders import set_state
from domain.ledger.kinds import HolderState
from tests.support.api import picked
from tests.support.clock import MovableClock
from tests.support.reversals import reverse
from tests.support.town import new_town
from tests.support.vouchers import VoucherApi, books, bought_gift


async def test_a_gift_moves_once_from_the_budget_into_one_wallet(api: VoucherApi):
    _, purchase, numbers = await bought_gift(api, 2)
    gift = purchase["gift"]["id"]
    assert numbers["gift"] == {"id": gift, "units": 2, "faceValue": 13_000, "used": False}
    assert (len(numbers["serialNumber"]), len(numbers["secretNumber"])) == (12, 26)
    assert await api.balances() == {"COIN": 40_000}
    before = await books(api)
    assert (before["BUDGET", "V_1"], before["BUDGET", "V_2"]) == (20_000, 45_000), (
        "in the product's budget until activation"
    )
    friends = [await api.town.new_resident() for _ in range(8)]
    answers = await asyncio.gather(*[api.activate(gift, numbers, *friend) for friend in friends[:4]])
    [won] = [number for number, answer in enumerate(answers) if "activation" in answer]
    assert {answer["code"] for answer in answers if "code" in answer} == {"GIFT_USED"}
    assert answers[won]["activation"]["amount"] == 13_000
    viewer, wallet = friends[won]
    assert await api.balances(viewer, wallet) == {"V_1": 4_000, "V_2": 9_000}
    assert (await books(api))["BUDGET", "V_1"] == 16_000
    assert (await api.numbers(gift))["code"] == "GIFT_USED"
    node = await api.ask(api.town.resident, "VoucherGift", id=gift)
    assert picked(node, "__typename", "used") == {"__typename": "VoucherGift", "used": True}
    assert await api.ask(viewer, "VoucherGift", id=gift) is None
    [edge] = (await api.ask(viewer, "WalletPastEvents", id=api.wallet(wallet), first=9))["events"]["edges"]
    event = {"__typename": "GiftActivated", "amount": 13_000, "activation": {"amount": 13_000}}
    assert picked(edge["node"], "__typename", "amount", "activation.amount") == event
    await api.town.assert_sound()


async def test_an_activation_replays_and_its_key_is_of_one_gift(api: VoucherApi):
    product, purchase, numbers = await bought_gift(api)
    friend, wallet = await api.town.new_resident()
    key = str(uuid4())
    answers = await asyncio.gather(
        *[api.activate(purchase["gift"]["id"], numbers, friend, wallet, idempotencyKey=key) for _ in range(4)]
    )
    assert sorted(answer["replayed"] for answer in answers) == [False, True, True, True]
    second = (await api.buy(product, gift=True))["purchase"]["gift"]["id"]
    other = await api.numbers(second)
    assert (await api.activate(second, other, friend, wallet, idempotencyKey=key))["code"] == "KEY_REUSED"
    assert (await api.activate(second, other, friend, wallet))["activation"]["amount"] == 6_500
    await api.town.assert_sound()


async def test_the_three_numbers_are_kept_nowhere(api: VoucherApi):
    _, purchase, numbers = await bought_gift(api)
    friend, wallet = await api.town.new_resident()
    secrets = (numbers["serialNumber"], numbers["secretNumber"], "2580")
    [kept] = await rows("select * from voucher_gift where municipality_id = $1", api.town.id)
    assert len({bytes(kept[name]) for name in ("serial_digest", "secret_digest", "pin_digest")}) == 3
    again = await api.numbers(purchase["gift"]["id"])
    [renewed] = await rows("select * from voucher_gift where municipality_id = $1", api.town.id)
    assert bytes(renewed["salt"]) != bytes(kept["salt"])
    assert (await api.activate(purchase["gift"]["id"], again, friend, wallet))["activation"]["amount"] == 6_500
    for table in ("voucher_gift", "journal", "event", "audit_entry", "guard"):
        texts = await rows(f"select to_jsonb(t)::text as text from {table} t where municipality_id = $1", api.town.id)
        stored = json.dumps([row["text"] for row in texts])
        for secret in (*secrets[:2], again["serialNumber"], again["secretNumber"]):
            assert secret not in stored
            assert secret.encode().hex() not in stored


async def test_numbers_that_were_issued_anew_replace_the_old_ones(api: VoucherApi):
    _, purchase, old = await bought_gift(api)
    gift = purchase["gift"]["id"]
    new = await api.numbers(gift, "13579")
    friend, wallet = await api.town.new_resident()
    assert (await api.activate(gift, old, friend, wallet))["code"] == "GIFT_CODE"
    assert (await api.activate(gift, new, friend, wallet))["code"] == "GIFT_CODE", "the PIN is a new one too"
    typed = {
        "serialNumber": new["serialNumber"][:4] + "-" + new["serialNumber"][4:],
        "secretNumber": new["secretNumber"].upper(),
    }
    assert (await api.activate(gift, typed, friend, wallet, pin="13579"))["activation"]["amount"] == 6_500, (
        "as people type it"
    )
    await api.town.assert_sound()


async def test_each_of_the_three_must_be_right_and_five_wrong_attempts_are_the_last(api: VoucherApi):
    _, purchase, numbers = await bought_gift(api)
    gift = purchase["gift"]["id"]
    friend, wallet = await api.town.new_resident()
    for facts in ({"secretNumber": "0" * 26}, {"pin": "x" * 5_000}, {"pin": "①②③④"}, {"secretNumber": "あ"}):
        assert (await api.activate(gift, numbers, friend, wallet, **facts))["code"] == "GIFT_CODE", (
            "not counted: there is nothing to guess by it"
        )
    wrong = [{"pin": "0000"}, {"serialNumber": "000000000000"}, {"pin": ""}, {"pin": "2581"}, {"pin": "258"}]
    for facts in wrong:
        refusal = await api.activate(gift, numbers, friend, wallet, **facts)
        assert (refusal["code"], refusal["retry"]) == ("GIFT_CODE", "SAME_KEY")
    locked = await api.activate(gift, numbers, friend, wallet)
    assert (locked["code"], locked["retry"]) == ("GIFT_LOCKED", "SAME_KEY"), "once the giver has issued new numbers"
    assert await api.balances(friend, wallet) == {}
    assert (await api.activate("vch_nonsense", numbers, friend, wallet))["code"] == "GIFT_CODE"
    assert (await api.activate(purchase["id"], numbers, friend, wallet))["code"] == "GIFT_CODE"
    fresh = await api.numbers(gift)
    assert (await api.activate(gift, fresh, friend, wallet))["code"] == "TOO_MANY_TRIES", "of this person, for a while"
    friend, wallet = await api.town.new_resident()
    assert (await api.activate(gift, fresh, friend, wallet))["activation"]["amount"] == 6_500
    await api.town.assert_sound()


@pytest.mark.parametrize("chosen", ["2580", "２５８０", "\u30002５8０ "])
async def test_numbers_and_pin_are_read_as_a_japanese_keyboard_writes_them(api: VoucherApi, chosen: str):
    _, purchase, _ = await bought_gift(api)
    gift = purchase["gift"]["id"]
    numbers = await api.numbers(gift, chosen)
    friend, wallet = await api.town.new_resident()
    serial, secret = [
        "".join(chr(ord(letter) + 0xFEE0) for letter in numbers[name]) for name in ("serialNumber", "secretNumber")
    ]
    typed = {
        "serialNumber": f"{serial[:4]}－{serial[4:8]}ー{serial[8:]}",
        "secretNumber": f"{secret[:13].upper()}\u3000{secret[13:]}",
        "pin": "２５８０",
    }
    answer = await api.activate(gift, numbers, friend, wallet, **typed)
    assert "activation" in answer, (answer, numbers, typed)
    assert answer["activation"]["amount"] == 6_500
    await api.town.assert_sound()


@pytest.mark.parametrize("pin", ["①②③④", "٢٥٨٠", "25 80", "２５８", "123456789", "二五八零"])
async def test_what_is_no_pin_is_refused(api: VoucherApi, pin: str):
    _, purchase, _ = await bought_gift(api)
    refused = await api.numbers(purchase["gift"]["id"], pin)
    assert (refused["code"], refused["field"], refused["problem"]) == ("INVALID_INPUT", "pin", "PIN")


async def test_many_guesses_at_once_are_no_more_than_five(api: VoucherApi):
    _, purchase, numbers = await bought_gift(api)
    gift = purchase["gift"]["id"]
    friend, wallet = await api.town.new_resident()
    answers = await asyncio.gather(
        *[api.activate(gift, numbers, friend, wallet, pin=f"{guess:04}") for guess in range(20)]
    )
    codes = Counter(answer["code"] for answer in answers)
    assert codes == {"GIFT_CODE": 5, "GIFT_LOCKED": 5, "TOO_MANY_TRIES": 10}, "five of a gift, ten of a person"


async def test_whoever_is_right_does_not_use_the_attempts_up(api: VoucherApi):
    _, purchase, numbers = await bought_gift(api)
    friend, wallet = await api.town.new_resident()
    key = str(uuid4())
    answers = [
        await api.activate(purchase["gift"]["id"], numbers, friend, wallet, idempotencyKey=key) for _ in range(8)
    ]
    assert [answer["replayed"] for answer in answers] == [False, *[True] * 7]


async def test_who_may_issue_and_activate(api: VoucherApi):
    product, purchase, numbers = await bought_gift(api)
    gift = purchase["gift"]["id"]
    friend, wallet = await api.town.new_resident()
    assert (await api.numbers(gift, viewer=friend))["code"] == "UNKNOWN_VOUCHER"
    assert (await api.numbers(gift, viewer=api.town.finance))["code"] == "NOT_PERMITTED"
    assert (await api.numbers("vch_nonsense"))["code"] == "UNKNOWN_VOUCHER"
    own = (await api.buy(product))["purchase"]
    assert own["gift"] is None
    assert (await api.numbers(own["id"].replace("jrn_", "vch_")))["code"] == "UNKNOWN_VOUCHER", "not bought as a gift"
    for pin in ("123", "123456789", "12a4", ""):
        wrong = await api.numbers(gift, pin)
        assert (wrong["code"], wrong["field"], wrong["problem"]) == ("INVALID_INPUT", "pin", "PIN")
    assert (await api.activate(gift, numbers, friend, api.town.wallet))["code"] == "UNKNOWN_WALLET"
    assert (await api.activate(gift, numbers, api.town.desk, wallet))["code"] == "NOT_PERMITTED"
    elsewhere = await new_town(api.services)
    other = VoucherApi(elsewhere)
    assert (await api.activate(gift, numbers, elsewhere.resident, elsewhere.wallet, walletId=other.wallet()))[
        "code"
    ] == "GIFT_CODE"
    await set_state(api.town.id, wallet, HolderState.FROZEN)
    assert (await api.activate(gift, numbers, friend, wallet))["code"] == "WALLET_FROZEN"
    assert await api.balances() == {"COIN": 40_000, "V_1": 2_000, "V_2": 4_500}
    await api.town.assert_sound()


async def test_a_gift_outlives_the_sale_and_ends_with_its_vouchers(api: VoucherApi, moved: MovableClock):
    product, purchase, numbers = await bought_gift(api)
    second = (await api.buy(product, gift=True))["purchase"]["gift"]["id"]
    late = await api.numbers(second)
    friend, wallet = await api.town.new_resident()
    await api.close(product)
    assert (await books(api))["BUDGET", "V_1"] == 4_000, "what is promised stays"
    assert (await api.activate(purchase["gift"]["id"], numbers, friend, wallet))["activation"]["amount"] == 6_500
    moved.forward(timedelta(days=92))
    refusal = await api.activate(second, late, friend, wallet)
    assert (refusal["code"], refusal["retry"]) == ("VOUCHER_ENDED", "NEVER")
    assert (await api.close(product))["product"]["state"] == "CLOSED"
    accounts = await books(api)
    assert ("BUDGET", "V_1") not in accounts
    assert (accounts["BREAKAGE", "V_1"], accounts["BREAKAGE", "V_2"]) == (2_000, 4_500), "nobody opened it in time"
    await api.town.assert_sound()


async def test_a_reversed_purchase_gives_back_coin_stock_units_and_budget(api: VoucherApi):
    budget = await api.budget(15_000)
    product = await api.product(code="V", unitsPerPerson=2, fundingProgrammeId=budget)
    await api.charge(10_000)
    purchase = (await api.buy(product, 2))["purchase"]
    assert (await api.seen(product, api.town.resident))["unitsLeftForViewer"] == 0
    key = str(uuid4())
    reversed_once = await reverse(api, purchase["id"], key)
    assert (reversed_once["reversal"]["amount"], reversed_once["replayed"]) == (10_000, False)
    assert (await reverse(api, purchase["id"], key))["replayed"]
    assert (await reverse(api, purchase["id"]))["code"] == "ALREADY_REVERSED"
    assert await api.balances() == {"COIN": 10_000}
    seen = await api.seen(product, api.town.resident)
    assert (seen["stockLeft"], seen["unitsLeftForViewer"]) == (10, 2)
    again = (await api.buy(product, 2))["purchase"]
    await api.pay(1)
    assert (await reverse(api, again["id"]))["code"] == "REVERSAL_IMPOSSIBLE"
    assert (await api.seen(product))["stockLeft"] == 8
    assert (await api.close(product))["returned"] == 8 * 1_500
    await api.town.assert_sound()


async def test_a_reversal_after_the_end_is_swept_up_by_closing_again(api: VoucherApi):
    budget = await api.budget(15_000)
    product = await api.product(fundingProgrammeId=budget)
    sold = (await api.sell(product, 1))["purchase"]
    assert (await api.close(product))["returned"] == 9 * 1_500
    assert (await reverse(api, sold["id"]))["reversal"]["amount"] == 5_000
    assert await api.left(budget) == 9 * 1_500
    assert (await api.close(product))["returned"] == 1_500
    assert await api.left(budget) == 15_000
    assert [key for key in await books(api) if key[0] in ("WALLET", "CASH") or key[1].startswith("V")] == [], (
        "as if nothing had been sold"
    )
    await api.town.assert_sound()


async def test_a_gift_is_either_activated_or_taken_back(api: VoucherApi):
    product, purchase, numbers = await bought_gift(api)
    second = (await api.buy(product, gift=True))["purchase"]
    friend, wallet = await api.town.new_resident()
    assert (await reverse(api, purchase["id"]))["reversal"]["amount"] == 5_000
    assert (await api.activate(purchase["gift"]["id"], numbers, friend, wallet))["code"] == "GIFT_USED"
    others = await api.numbers(second["gift"]["id"])
    assert (await api.activate(second["gift"]["id"], others, friend, wallet))["activation"]["amount"] == 6_500
    third = (await api.buy(product, gift=True))["purchase"]
    refusal = picked(await reverse(api, second["id"]), "available", "code")
    assert refusal == {"available": 0, "code": "REVERSAL_IMPOSSIBLE"}, "it would take the third gift's vouchers"
    assert (await reverse(api, third["id"]))["reversal"]["amount"] == 5_000
    assert (await api.seen(product))["stockLeft"] == 9
    await api.town.assert_sound()


async def test_an_unopened_gift_whose_time_is_over_cannot_be_reversed_once_it_is_breakage(
    api: VoucherApi, moved: MovableClock
):
    product, purchase, _ = await bought_gift(api)
    moved.forward(timedelta(days=92))
    await api.close(product)
    assert (await reverse(api, purchase["id"]))["code"] == "REVERSAL_IMPOSSIBLE"
    await api.town.assert_sound()


async def test_the_audit_finds_units_that_were_counted_wrong(api: VoucherApi, database_url: str):
    product = await api.product()
    await api.sell(product, 3)
    sold = (await api.sell(product, 2))["purchase"]
    await reverse(api, sold["id"])
    await api.town.assert_sound()
    owner = await asyncpg.connect(database_url)
    change = "update guard set value = value + $2 where municipality_id = $1 and kind = 11"
    await owner.execute(change, api.town.id, 1)
    [difference] = await drift([api.town.id])
    await owner.execute(change, api.town.id, -1)  # the jobs' tests audit every town
    await owner.close()
    assert (difference.check, difference.stored, difference.expected) == ("voucher_sold", 4, 3)


def test_a_fault_does_not_print_what_its_frames_hold():
    """A fault in the middle of an activation: the log has kind and place, and none of the numbers."""
    program = (
        "import structlog; from domain.logs import configure; configure('info')\n"
        "def fails(secret):\n    raise ValueError('broken')\n"
        "try:\n    fails(chr(115) + 'ecret-7' + '391')\nexcept ValueError:\n    structlog.get_logger().exception('fault')\n"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert "ValueError" in finished.stderr
    assert "fails" in finished.stderr
    assert "secret-7391" not in finished.stderr
