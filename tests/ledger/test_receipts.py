"""Receipts that journals keep for ever: read into types, and written back as the same JSON.

`golden/receipts.json` holds journals of every kind as they were written before receipts had types.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

import domain
from domain.assets.receipts import Collected
from domain.bulk_grants.receipts import OfFile
from domain.charging.receipts import Bonuses, OfCharge
from domain.conversions.receipts import Received
from domain.corrections.receipts import OfJournal
from domain.coupons.kinds import BorneBy, CouponKind
from domain.coupons.receipts import (
    ClaimedCoupon,
    CouponUse,
    CouponUses,
    Discounted,
    StockChange,
    StockChanges,
    discount_of,
    refundable,
)
from domain.expiry.receipts import Reminder, Renewed, RenewedPortion
from domain.funding.receipts import Authorised, OfTopUp
from domain.ledger.kinds import JournalKind
from domain.ledger.receipt import CapChange, HoldReference, Portion, Receipt, Section, Settlement, SpendOrder
from domain.payments.explain import portions_with_reasons
from domain.payments.receipts import OfPayment, PaidInCash
from domain.points.receipts import ClawedBack, ClawedPoints, EarnedPoints, Earnings, RulePoints
from domain.programmes.receipts import BudgetChange, OfProgramme
from domain.redemptions.kinds import ItemKind
from domain.redemptions.receipts import HandedOver, OfRedemption
from domain.refusals import RecordedRefusal
from domain.vouchers.receipts import Activated, BoughtUnits

GOLDEN: list[dict[str, Any]] = orjson.loads((Path(__file__).parent / "golden" / "receipts.json").read_bytes())
SETTLED = [row for row in GOLDEN if row["outcome"] == "SETTLED"]
REFUSED = [row for row in GOLDEN if row["outcome"] == "REFUSED"]
SECTIONS: tuple[type[Section], ...] = (
    Activated,
    Authorised,
    Bonuses,
    BoughtUnits,
    BudgetChange,
    ClaimedCoupon,
    ClawedBack,
    Collected,
    CouponUses,
    Discounted,
    Earnings,
    HandedOver,
    HoldReference,
    OfCharge,
    OfFile,
    OfJournal,
    OfPayment,
    OfProgramme,
    OfRedemption,
    OfTopUp,
    PaidInCash,
    Received,
    Reminder,
    Renewed,
    SpendOrder,
    StockChanges,
)
OWN = {"amount", "lots", "balances", "asked", "settled", "caps"}
SUMMER, AUTUMN = datetime(2027, 4, 25, 15, tzinfo=UTC), datetime(2027, 11, 25, 15, tzinfo=UTC)


for room in sorted(Path(domain.__path__[0]).glob("*/refusals.py")):
    import_module(f"domain.{room.parent.name}.refusals")  # where refusals are known by their codes


def written(receipt: Receipt) -> Any:
    """As PostgreSQL would give it back."""
    return orjson.loads(orjson.dumps(receipt.to_json()))


def vars_of(receipt: Receipt) -> dict[str, Any]:
    return {field.name: getattr(receipt, field.name) for field in fields(receipt)}


def typed(receipt: Receipt) -> tuple[Section, ...]:
    found = [receipt.find(kind) for kind in SECTIONS]
    return tuple(section for section in found if section is not None)


def keys_of(section: Section) -> Mapping[str, Any]:
    return section.to_json()


@pytest.mark.parametrize("row", SETTLED, ids=[f"{at}-{row['operation']}" for at, row in enumerate(SETTLED)])
def test_every_old_receipt_is_read_and_written_back_as_it_was(row: dict[str, Any]):
    receipt = Receipt.from_json(row["receipt"])
    assert written(receipt) == row["receipt"], "as it is kept"
    assert written(replace(receipt, sections=typed(receipt), kept={})) == row["receipt"], "by its types alone"


@pytest.mark.parametrize("row", SETTLED, ids=[f"{at}-{row['operation']}" for at, row in enumerate(SETTLED)])
def test_every_key_of_an_old_receipt_belongs_to_one_type(row: dict[str, Any]):
    receipt = Receipt.from_json(row["receipt"])
    names = [name for section in typed(receipt) for name in keys_of(section)]
    assert sorted(names) == sorted(set(row["receipt"]) - OWN)


@pytest.mark.parametrize("row", SETTLED, ids=[f"{at}-{row['operation']}" for at, row in enumerate(SETTLED)])
def test_what_the_ledger_owns_of_an_old_receipt_is_read_by_name(row: dict[str, Any]):
    kept, receipt = row["receipt"], Receipt.from_json(row["receipt"])
    assert receipt.amount == kept["amount"]
    lots = [[one.asset, one.lot, one.amount, one.expires_at and one.expires_at.isoformat()] for one in receipt.lots]
    assert lots == kept.get("lots", [])
    assert {str(asset): balance for asset, balance in receipt.balances.items()} == kept.get("balances", {})
    assert list(receipt.balances) == [int(asset) for asset in kept.get("balances", {})], "in the order of the journal"
    assert receipt.asked == kept.get("asked")
    assert [[one.asset, one.lot, one.amount] for one in receipt.settled] == kept.get("settled", [])
    caps = [[one.kind, str(one.subject), one.period, one.change] for one in receipt.caps]
    assert caps == kept.get("caps", [])
    assert receipt.bare is ("lots" not in kept)
    for lot in {line[1] for line in kept.get("settled", [])}:
        assert receipt.settled_of(lot) == sum(line[2] for line in kept["settled"] if line[1] == lot)
    assert receipt.settled_of(0) == 0


@pytest.mark.parametrize("row", REFUSED, ids=[f"{at}-{row['refusal']}" for at, row in enumerate(REFUSED)])
def test_every_old_refusal_is_told_again(row: dict[str, Any]):
    again = RecordedRefusal(row["refusal"], row["receipt"]).again()
    assert (again.code, again.data()) == (row["refusal"], row["receipt"])
    assert RecordedRefusal(row["refusal"], row["receipt"]).again() is not again, "one for each who is told"


def test_the_golden_journals_are_of_every_kind():
    assert {kind.name for kind in JournalKind} == {row["kind"] for row in SETTLED}
    assert {name for row in SETTLED for name in row["receipt"]} == OWN | {
        name for row in SETTLED for section in typed(Receipt.from_json(row["receipt"])) for name in keys_of(section)
    }


CASES: list[tuple[str, tuple[Section, ...]]] = [
    (
        (
            '{"why": ["EXPIRES_FIRST", "LAST"], "cash": 37650, "lots": [], "policy": 2, "balances": {}, "amount": 16350,'
            ' "used": ["01a211e9-cfef-721e-bff2-2b84963b5bfe", "2026-11-25"], "discount": 6000, "refundable": 22350,'
            ' "stocks": [["3460766b-445c-5f64-b55e-e876cd8ee707", 1]],'
            ' "coupons": [["3460766b-445c-5f64-b55e-e876cd8ee707", 1, 6000, 2, null],'
            ' ["42074035-8dd6-5c1e-a24b-6689d71b9445", 4, 0, 1, 30000]]}'
        ),
        (
            SpendOrder(policy=2, why=("EXPIRES_FIRST", "LAST")),
            PaidInCash(cash=37_650),
            CouponUses(
                uses=(
                    CouponUse(
                        coupon=UUID("3460766b-445c-5f64-b55e-e876cd8ee707"),
                        kind=CouponKind.PERCENT,
                        discount=6_000,
                        borne_by=BorneBy.STORE,
                        multiplier_bp=None,
                    ),
                    CouponUse(
                        coupon=UUID("42074035-8dd6-5c1e-a24b-6689d71b9445"),
                        kind=CouponKind.POINTS_MULTIPLIER,
                        discount=0,
                        borne_by=BorneBy.TOWN,
                        multiplier_bp=30_000,
                    ),
                ),
                person=UUID("01a211e9-cfef-721e-bff2-2b84963b5bfe"),
                day=date(2026, 11, 25),
            ),
            Discounted(discount=6_000, refundable=22_350),
            StockChanges((StockChange(coupon=UUID("3460766b-445c-5f64-b55e-e876cd8ee707"), change=1),)),
        ),
    ),
    (
        (
            '{"lots": [], "balances": {}, "amount": 1, "multiplier": 30000, "earned": [{"lot": 49, "asset": 51,'
            ' "rules": [["af1b8144-72bc-5dfc-a710-95be16486c64", 2346, "CUT_PER_DAY"]], "points": 2347,'
            ' "usable": "2027-04-25T15:00:00+00:00", "expires": "2027-11-25T15:00:00+00:00",'
            ' "programme": "b1271ec5-1b3b-5734-bb99-95f75f643480"}], "renewed": [[45, 1741, 1791, 3198]]}'
        ),
        (
            Earnings(
                programmes=(
                    EarnedPoints(
                        programme=UUID("b1271ec5-1b3b-5734-bb99-95f75f643480"),
                        asset=51,
                        lot=49,
                        points=2_347,
                        expires_at=AUTUMN,
                        usable_from=SUMMER,
                        rules=(
                            RulePoints(
                                rule=UUID("af1b8144-72bc-5dfc-a710-95be16486c64"), points=2_346, reason="CUT_PER_DAY"
                            ),
                        ),
                    ),
                ),
                multiplier_bp=30_000,
            ),
            Renewed((RenewedPortion(asset=45, old_lot=1741, new_lot=1791, amount=3_198),)),
        ),
    ),
    (
        (
            '{"amount": 175, "lots": [], "balances": {}, "payment": "01a211ea-7f0f-7319-91e8-21bee7433746",'
            ' "discount": 26, "stocks": [], "clawed": [{"debt": 15, "asset": 107, "points": 90, "waived": 7,'
            ' "deducted": 88, "programme": "1bf60f04-f154-5678-b805-c5098ed9911c"}]}'
        ),
        (
            OfPayment(UUID("01a211ea-7f0f-7319-91e8-21bee7433746")),
            Discounted(discount=26, refundable=None),
            StockChanges(()),
            ClawedBack(
                (
                    ClawedPoints(
                        programme=UUID("1bf60f04-f154-5678-b805-c5098ed9911c"),
                        asset=107,
                        points=90,
                        deducted=88,
                        debt=15,
                        waived=7,
                    ),
                )
            ),
        ),
    ),
    (
        (
            '{"amount": 700, "lots": [], "balances": {}, "charge": "01a211e9-d360-702e-a6f5-6e159c68867a",'
            ' "top_up": "01a211e9-d35d-7321-a196-fb9aeb1f8b67", "collector": "01a211e9-d341-73ac-bd8d-876f982b297b",'
            ' "bonuses": [[25, 14, 500, "2027-04-25T15:00:00+00:00"]]}'
        ),
        (
            OfCharge(UUID("01a211e9-d360-702e-a6f5-6e159c68867a")),
            OfTopUp(UUID("01a211e9-d35d-7321-a196-fb9aeb1f8b67")),
            Collected(UUID("01a211e9-d341-73ac-bd8d-876f982b297b")),
            Bonuses((Portion(asset=25, lot=14, amount=500, expires_at=SUMMER),)),
        ),
    ),
    (
        (
            '{"lots": [], "rate": [2, 3], "amount": 500, "balances": {}, "received": [[635, 260, 1000, null]],'
            ' "programme": "26d107ab-6842-5e02-be01-d7bcf6e8b703"}'
        ),
        (
            Received(portion=Portion(635, 260, 1_000, None), numerator=2, denominator=3),
            OfProgramme(UUID("26d107ab-6842-5e02-be01-d7bcf6e8b703")),
        ),
    ),
    (
        (
            '{"face": 6500, "gift": true, "lots": [], "paid": [[9, 6, 5000, null]], "units": 3, "amount": 5000,'
            ' "person": "01a211ea-01a8-7103-83d4-30dcdec6c230", "product": "01a211ea-01ad-7368-b77a-11aeda3d5df4",'
            ' "balances": {}, "household": "7df68a3c-9f1e-7845-e63d-d8afc833a471",'
            ' "authorisation": "a494c57d-956a-5785-8a7d-c8532e3b28f5"}'
        ),
        (
            BoughtUnits(
                units=3,
                face_value=6_500,
                product=UUID("01a211ea-01ad-7368-b77a-11aeda3d5df4"),
                gift=True,
                person=UUID("01a211ea-01a8-7103-83d4-30dcdec6c230"),
                household=UUID("7df68a3c-9f1e-7845-e63d-d8afc833a471"),
                paid=(Portion(asset=9, lot=6, amount=5_000, expires_at=None),),
            ),
            Authorised(UUID("a494c57d-956a-5785-8a7d-c8532e3b28f5")),
        ),
    ),
    (
        (
            '{"gift": "01a211e7-0fd2-7046-ac68-119ca7dd4bff", "lots": [], "units": 4, "amount": 6500,'
            ' "product": "01a211e7-0d1c-7176-a38d-63c792931fb6", "balances": {}}'
        ),
        (
            Activated(
                product=UUID("01a211e7-0d1c-7176-a38d-63c792931fb6"),
                gift=UUID("01a211e7-0fd2-7046-ac68-119ca7dd4bff"),
                units=4,
            ),
        ),
    ),
    (
        (
            '{"lots": [], "step": 30, "asset": 237, "amount": 12431, "balances": {}, "days_left": 22,'
            ' "expires_on": "2027-06-24"}'
        ),
        (Reminder(asset=237, expires_on=date(2027, 6, 24), step=30, days_left=22),),
    ),
    (
        (
            '{"row": 2, "bulk": "79f1a46e-87ef-5fb5-a6a4-8eb2c06cfb4a", "lots": [], "amount": 250, "balances": {},'
            ' "journal": "01a211e5-ec4e-7236-aa05-4711fc6c2b95"}'
        ),
        (
            OfFile(bulk_grant=UUID("79f1a46e-87ef-5fb5-a6a4-8eb2c06cfb4a"), row=2),
            OfJournal(UUID("01a211e5-ec4e-7236-aa05-4711fc6c2b95")),
        ),
    ),
    (
        '{"bulk": "ed3d5d8e-eade-5f88-bd56-076d781a7fcf", "lots": [], "amount": 0, "balances": {}}',
        (OfFile(bulk_grant=UUID("ed3d5d8e-eade-5f88-bd56-076d781a7fcf"), row=None),),
    ),
    (
        '{"amount": 5, "change": -5, "lots": [], "balances": {}, "programme": "5c511c6a-29fe-5347-b1d8-25b9dd6859e5"}',
        (BudgetChange(change=-5), OfProgramme(UUID("5c511c6a-29fe-5347-b1d8-25b9dd6859e5"))),
    ),
    (
        (
            '{"hold": "fc5d6919-9680-4019-a4c0-a4642122e77b", "amount": 6382,'
            ' "expires_at": "2027-11-27T08:53:36.398692+00:00"}'
        ),
        (
            HoldReference(
                hold=UUID("fc5d6919-9680-4019-a4c0-a4642122e77b"),
                expires_at=datetime(2027, 11, 27, 8, 53, 36, 398_692, UTC),
                captured=None,
            ),
        ),
    ),
    (
        '{"hold": "ff2093fa-c829-41c2-9f26-df2eaf2cb3c3", "amount": 224, "captured": 0}',
        (HoldReference(hold=UUID("ff2093fa-c829-41c2-9f26-df2eaf2cb3c3"), expires_at=None, captured=0),),
    ),
    (
        (
            '{"lots": [], "amount": 0, "coupon": "a40af11b-45f2-5d13-916e-2039c17edbb2", "balances": {},'
            ' "stocks": [["a40af11b-45f2-5d13-916e-2039c17edbb2", -1]]}'
        ),
        (
            ClaimedCoupon(UUID("a40af11b-45f2-5d13-916e-2039c17edbb2")),
            StockChanges((StockChange(coupon=UUID("a40af11b-45f2-5d13-916e-2039c17edbb2"), change=-1),)),
        ),
    ),
    (
        (
            '{"item": "TICKET", "lots": [], "amount": 0, "balances": {},'
            ' "redemption": "01a211e5-bc65-70db-9ef5-a324d3ca6616"}'
        ),
        (HandedOver(item=ItemKind.TICKET), OfRedemption(UUID("01a211e5-bc65-70db-9ef5-a324d3ca6616"))),
    ),
]


@pytest.mark.parametrize(("kept", "sections"), CASES, ids=["-".join(type(one).__name__ for one in c[1]) for c in CASES])
def test_each_field_of_a_section_is_the_one_of_its_key(kept: str, sections: tuple[Section, ...]):
    stored = orjson.loads(kept)
    receipt = Receipt.from_json(stored)
    assert sorted(map(repr, typed(receipt))) == sorted(map(repr, sections))
    assert written(replace(receipt, kept={}, sections=sections)) == stored


def test_every_section_has_its_values_asserted_by_hand():
    assert {type(section) for _, sections in CASES for section in sections} == set(SECTIONS)


def test_the_ledgers_own_part_by_hand():
    receipt = Receipt.from_json(
        {
            "amount": 300,
            "asked": 1_000,
            "lots": [[904, 601, 250, "2027-04-25T15:00:00+00:00"], [905, 602, 50, None]],
            "balances": {"904": -100, "905": 7},
            "settled": [[904, 601, 100], [904, 601, 20], [904, 603, 3]],
            "caps": [[42, "10a8898f-dd9c-5e9f-be48-139b87315ce2", "01a211e5-ec1c-73d0-bd42-a2c6275e1104", -250]],
        }
    )
    assert vars_of(receipt) == vars_of(
        Receipt(
            amount=300,
            asked=1_000,
            lots=(
                Portion(asset=904, lot=601, amount=250, expires_at=SUMMER),
                Portion(asset=905, lot=602, amount=50, expires_at=None),
            ),
            balances={904: -100, 905: 7},
            settled=(
                Settlement(asset=904, lot=601, amount=100),
                Settlement(asset=904, lot=601, amount=20),
                Settlement(asset=904, lot=603, amount=3),
            ),
            caps=(
                CapChange(
                    kind=42,
                    subject=UUID("10a8898f-dd9c-5e9f-be48-139b87315ce2"),
                    period="01a211e5-ec1c-73d0-bd42-a2c6275e1104",
                    change=-250,
                ),
            ),
        )
    )
    assert (receipt.settled_of(601), receipt.settled_of(603), receipt.settled_of(602)) == (120, 3, 0)


@pytest.mark.parametrize("row", SETTLED[::7], ids=[row["operation"] for row in SETTLED[::7]])
def test_a_receipt_that_is_read_back_equals_the_one_that_was_made(row: dict[str, Any]):
    read = Receipt.from_json(row["receipt"])
    made = replace(read, sections=typed(read), kept={})
    assert (made, hash(made)) == (read, hash(read))
    assert made != replace(made, amount=made.amount + 1)
    assert made != row["receipt"], "a receipt is not its JSON"


def test_keys_that_nobody_reads_any_more_are_kept():
    stored = {"amount": 1, "lots": [], "balances": {}, "person": "01a211e5-ec1c-73d0-bd42-a2c6275e1104"}
    assert written(Receipt.from_json(stored)) == stored


def test_payments_of_before_the_second_spend_order_do_not_know_why():
    stored = {"amount": 5, "policy": 1, "lots": [[1, 2, 5, None]], "balances": {"1": 0}}
    receipt = Receipt.from_json(stored)
    assert receipt.section(SpendOrder) == SpendOrder(policy=1, why=None)
    assert portions_with_reasons(receipt) == [(Portion(1, 2, 5, None), None)]
    assert written(replace(receipt, sections=typed(receipt), kept={})) == stored


def test_what_may_be_given_back_is_the_amount_where_no_coupon_was_used():
    plain = Receipt(amount=500)
    assert (refundable(plain), discount_of(plain)) == (500, 0)
    assert refundable(Receipt(amount=500, sections=(Discounted(50, 550),))) == 550
    refund = Receipt(amount=500, sections=(Discounted(50),))
    assert (refundable(refund), discount_of(refund)) == (500, 50)


def test_a_section_that_a_journal_must_have_is_missed_loudly():
    with pytest.raises(LookupError, match="OfCharge"):
        Receipt(amount=1).section(OfCharge)
