"""For each root field one question to a town that succeeds, and who of that town may ask it.

A field without a row fails the tests.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from domain.identifiers import Prefix, encode
from domain.ledger.holders import give_access, set_state
from domain.ledger.kinds import HolderState
from domain.viewer import Relation
from tests.hostile.world import World
from tests.support.api import ASSET
from tests.support.coupons import RULES

Arguments = Callable[[World], Awaitable[dict[str, Any]]]
EVERYBODY = frozenset(
    {"nobody", "resident", "neighbour", "staff", "other_staff", "desk", "finance", "auditor", "stranger"}
)
OFFICERS = frozenset({"finance"})
TOWN = frozenset({"desk", "finance", "auditor"})


@dataclass(frozen=True)
class Probe:
    """`asks`: by whom it is asked rightfully; `may`: who else gets an answer."""

    arguments: Arguments
    asks: str
    may: frozenset[str]


def of(arguments: Callable[[World], Any], asks: str, *may: str) -> Probe:
    async def prepared(world: World) -> dict[str, Any]:
        prepared_arguments = arguments(world)
        return await prepared_arguments if hasattr(prepared_arguments, "__await__") else prepared_arguments

    return Probe(prepared, asks, frozenset({asks, *may}))


def public(arguments: Callable[[World], Any]) -> Probe:
    return of(arguments, "nobody", *EVERYBODY)


def officer(arguments: Callable[[World], Any]) -> Probe:
    return of(arguments, "finance")


def keyed(**fields: Any) -> dict[str, Any]:
    return {"input": {"idempotencyKey": str(uuid4()), **fields}}


def unkeyed(**fields: Any) -> dict[str, Any]:
    return {"input": fields}


async def later(id_of: Awaitable[str], name: str, **fields: Any) -> dict[str, Any]:
    """With an id that has to be made first."""
    return keyed(**{name: await id_of}, **fields)


async def later_unkeyed(id_of: Awaitable[str], name: str, **fields: Any) -> dict[str, Any]:
    return unkeyed(**{name: await id_of}, **fields)


async def of_payment(w: World) -> dict[str, Any]:
    return keyed(paymentId=await w.new_payment(), amount=1, reason="OTHER")


async def activation(w: World) -> dict[str, Any]:
    gift = await w.new_gift()
    numbers = await w.vouchers.numbers(gift)
    return keyed(
        walletId=w.wallet,
        giftId=gift,
        serialNumber=numbers["serialNumber"],
        secretNumber=numbers["secretNumber"],
        pin="2580",
    )


async def running(w: World, *, paused: bool) -> dict[str, Any]:
    bulk = await w.new_bulk()
    if paused:
        await w.officers.do("PauseBulkGrant", bulk)
    return unkeyed(bulkGrantId=bulk)


async def repeating(w: World) -> dict[str, Any]:
    """A file that waits, beside another that does the same."""
    amount = 200_000 + next(w.amounts)
    return {"id": [await w.new_bulk(amount) for _ in range(2)][-1]}


async def filed(w: World, *, start: bool) -> dict[str, Any]:
    file = {"uploadId": await w.new_upload(), "programmeId": w.programme}
    return keyed(**file, skipInvalid=True) if start else unkeyed(**file)


def coupon(w: World) -> dict[str, Any]:
    return keyed(
        municipality=w.api.code,
        kind="PERCENT",
        nameJa="割引",
        nameEn="Off",
        borneBy="TOWN",
        budget=10,
        rateBp=100,
        endsAt=w.api.at(timedelta(days=9)),
        startsAt=w.api.at(timedelta(days=-1)),
        **RULES,
    )


def programme(w: World) -> dict[str, Any]:
    return keyed(
        municipality=w.api.code,
        kind="GRANT",
        nameJa="事業",
        nameEn="Programme",
        assetId=w.points,
        budget=10,
        startsAt=w.api.at(timedelta(days=-1)),
        endsAt=w.api.at(timedelta(days=9)),
    )


def template(w: World) -> dict[str, Any]:
    terms = w.vouchers.terms()
    kept = ("code", "stock", "unitsPerPerson", "saleStartsAt", "saleEndsAt", "usableFrom", "expiresOn")
    return unkeyed(municipality=w.api.code, template="PREMIUM_20", **{name: terms[name] for name in kept})


def rate(w: World) -> dict[str, Any]:
    return unkeyed(
        municipality=w.api.code,
        fromAssetId=w.points,
        toAssetId=w.other_points,
        programmeId=w.conversion,
        numerator=1,
        denominator=1,
        minimumUnit=1,
    )


STORE = {
    "name": "新しい店",
    "nameKana": "アタラシイミセ",
    "nameRoman": "ATARASHII MISE",
    "category": "food",
    "merchantCategoryCode": "5411",
}


async def new_wallet(w: World, *, frozen: bool) -> dict[str, Any]:
    _, wallet = await w.town.new_resident()
    if frozen:
        await set_state(w.id, wallet, HolderState.FROZEN)
    return unkeyed(walletId=w.api.wallet(wallet), reason="OTHER")


async def new_store(w: World, *, suspended: bool) -> dict[str, Any]:
    store, _ = await w.town.new_store()
    if suspended:
        await set_state(w.id, store, HolderState.FROZEN)
    return unkeyed(storeId=w.api.store(store), reason="OTHER")


async def ended_staff(w: World) -> dict[str, Any]:
    person, _ = await w.town.new_resident()
    await give_access(w.id, w.town.town.desk_id, person.person_id, Relation.DESK, w.services.clock())
    person_id = encode(Prefix.PERSON, 0, person.person_id)
    return unkeyed(municipality=w.api.code, personId=person_id, role="DESK", reason="LEFT")


async def ended_store_staff(w: World) -> dict[str, Any]:
    store, staff = await w.town.new_store()
    return unkeyed(storeId=w.api.store(store), personId=encode(Prefix.PERSON, 0, staff.person_id), reason="LEFT")


PROBES: dict[str, Probe] = {
    # Query
    "viewer": of(lambda _: {}, "resident", *(EVERYBODY - {"nobody"})),
    "wallet": of(lambda w: {"id": w.wallet}, "resident", *TOWN),
    "store": public(lambda w: {"id": w.store}),
    "payment": of(lambda w: {"id": w.payment}, "resident", "staff", *TOWN),
    "receipt": of(lambda w: {"id": w.payment}, "resident", "staff", *TOWN),
    "quotePayment": of(
        lambda w: unkeyed(walletId=w.wallet, payee={"storeId": w.store}, amount=1, couponIds=[]), "resident"
    ),
    "quoteCharge": of(
        lambda w: unkeyed(wallet={"walletId": w.wallet}, assetId=w.api.coin, amount=100),
        "resident",
        "staff",
        "other_staff",
        "desk",
    ),
    "assets": public(lambda w: {"municipality": w.api.code}),
    "programmes": public(lambda w: {"municipality": w.api.code}),
    "programme": public(lambda w: {"id": w.programme}),
    "simulateEarning": of(lambda w: unkeyed(storeId=w.store, assetId=w.api.coin, amount=100), "finance", *TOWN),
    "coupons": public(lambda w: {"municipality": w.api.code}),
    "coupon": public(lambda w: {"id": w.coupon}),
    "conversionRates": public(lambda w: {"municipality": w.api.code}),
    "quoteConversion": of(
        lambda w: unkeyed(walletId=w.wallet, fromAssetId=w.points, toAssetId=w.other_points, amount=1), "resident"
    ),
    "quoteRedemption": of(
        lambda w: unkeyed(walletId=w.wallet, item={"couponId": w.store_coupon}, payee={"storeId": w.store}), "resident"
    ),
    "fundingSources": of(lambda w: {"walletId": w.wallet}, "resident"),
    "outcome": of(
        lambda _: {"operation": "PAY", "idempotencyKey": str(uuid4())}, "resident", *(EVERYBODY - {"nobody"})
    ),
    "serverTime": public(lambda _: {}),
    "node": of(lambda w: {"id": w.gift}, "resident"),
    "nodes": of(lambda w: {"ids": [w.gift, w.payment]}, "resident", "staff", *TOWN),
    "jobs": of(lambda _: {}, "finance", *TOWN, "stranger"),
    "driftReport": of(lambda w: {"municipality": w.api.code}, "auditor", *TOWN),
    "trialBalance": of(lambda w: {"municipality": w.api.code}, "auditor", *TOWN),
    "voucherProducts": public(lambda w: {"municipality": w.api.code}),
    "voucherProduct": of(lambda w: {"id": w.draft}, "finance", *TOWN),
    "previewVoucherProduct": of(
        lambda w: unkeyed(municipality=w.api.code, product=w.vouchers.terms()), "finance", "auditor"
    ),
    "bulkGrant": of(lambda w: {"id": w.bulk}, "finance", *TOWN),
    "bulkGrantDuplicates": of(repeating, "finance", *TOWN),
    "bulkGrants": of(lambda w: {"municipality": w.api.code}, "finance", *TOWN),
    "grantProposal": of(lambda w: _id(w.new_proposal()), "finance", *TOWN),
    "grantThresholds": of(lambda w: {"municipality": w.api.code}, "finance", *TOWN),
    "approvals": of(lambda w: {"municipality": w.api.code}, "finance", "auditor"),
    "auditLog": of(lambda w: {"municipality": w.api.code}, "auditor", "finance"),
    # Mutation
    "charge": of(lambda w: keyed(wallet={"walletId": w.wallet}, assetId=w.api.coin, amount=100), "desk"),
    "pay": of(
        lambda w: keyed(walletId=w.wallet, payee={"storeId": w.store}, amount=1, confirmDuplicate=True, couponIds=[]),
        "resident",
    ),
    "refundPayment": of(of_payment, "staff"),
    "abandon": of(lambda _: keyed(operation="PAY"), "resident", *(EVERYBODY - {"nobody"})),
    "renewReceiveCode": of(lambda w: unkeyed(walletId=w.wallet, reason="OTHER"), "resident", "desk"),
    "recordClaim": of(lambda w: unkeyed(walletId=w.wallet, resident=True, birthYear=1980, householdCode="H-1"), "desk"),
    "classifyStore": of(
        lambda w: unkeyed(storeId=w.store, storeGroup="G", sizeClass="SMALL", area="A"), "finance", "desk"
    ),
    "createAsset": officer(lambda w: unkeyed(**ASSET, municipality=w.api.code, code=f"A{uuid4().hex[:8].upper()}")),
    "createProgramme": officer(programme),
    "addEarningRule": officer(
        lambda w: keyed(
            programmeId=w.earning, kind="PERCENT", rateBp=1, nameJa="規則", nameEn="Rule", priority=0, stacking="ALONE"
        )
    ),
    "stopEarningRule": officer(lambda w: later_unkeyed(w.new_rule(), "earningRuleId")),
    "grantValue": of(lambda w: keyed(programmeId=w.programme, walletId=w.wallet, amount=1), "finance", "desk"),
    "createCoupon": officer(coupon),
    "changeCoupon": officer(lambda w: later_unkeyed(w.coupons.coupon(), "couponId", nameJa="改名")),
    "claimCoupon": of(
        lambda w: later(w.coupons.coupon(), "couponId", wallet={"walletId": w.wallet}), "resident", "desk"
    ),
    "redeem": of(
        lambda w: keyed(walletId=w.wallet, item={"couponId": w.store_coupon}, payee={"storeId": w.store}),
        "resident",
        "staff",
    ),
    "rollbackRedemption": of(
        lambda w: later(w.new_redemption(), "redemptionId", reason="WRONG_ITEM"), "desk", "finance"
    ),
    "proposeReversal": officer(lambda w: later_unkeyed(w.new_charge(), "journalId", reason="WRONG_AMOUNT")),
    "reverseJournal": of(lambda w: later(w.new_reversal(), "approvalId"), "other_finance"),
    "createVoucherProduct": officer(lambda w: unkeyed(municipality=w.api.code, product=w.vouchers.terms())),
    "createVoucherProductFromTemplate": officer(template),
    "submitVoucherProduct": officer(lambda w: later_unkeyed(w.new_draft(), "productId")),
    "approveVoucherProduct": of(lambda w: later(w.in_review(), "productId"), "other_finance"),
    "closeVoucherProduct": officer(lambda w: later(w.vouchers.product(), "productId")),
    "purchaseVoucher": of(lambda w: keyed(walletId=w.wallet, productId=w.product, units=1), "resident"),
    "sellVoucher": of(lambda w: keyed(wallet={"walletId": w.wallet}, productId=w.product, units=1), "desk"),
    "issueGiftNumbers": of(lambda w: later_unkeyed(w.new_gift(), "giftId", pin="2580"), "resident"),
    "activateGift": of(activation, "resident"),
    "createUpload": officer(lambda w: unkeyed(municipality=w.api.code, purpose="BULK_GRANT")),
    "checkBulkGrant": officer(lambda w: filed(w, start=False)),
    "startBulkGrant": officer(lambda w: filed(w, start=True)),
    "approveBulkGrant": of(lambda w: later(w.waiting_bulk(), "bulkGrantId"), "other_finance"),
    "pauseBulkGrant": officer(lambda w: running(w, paused=False)),
    "resumeBulkGrant": officer(lambda w: running(w, paused=True)),
    "cancelBulkGrant": officer(lambda w: running(w, paused=False)),
    "undoBulkGrant": officer(lambda w: later(w.finished_bulk(), "bulkGrantId", reason="OTHER")),
    "proposeGrant": of(lambda w: keyed(programmeId=w.programme, walletId=w.wallet, amount=5), "finance", "desk"),
    "approveGrant": of(lambda w: later(w.new_proposal(), "approvalId"), "other_finance"),
    "setGrantThresholds": officer(lambda w: unkeyed(municipality=w.api.code, single=100_000, file=1_000_000)),
    "approveChange": of(lambda w: later_unkeyed(w.new_change(), "approvalId"), "other_finance"),
    "rejectApproval": of(
        lambda w: later_unkeyed(w.new_change(), "approvalId", reason="WRONG_AMOUNT", note="金額"), "other_finance"
    ),
    "withdrawApproval": officer(lambda w: later_unkeyed(w.new_change(), "approvalId", reason="OTHER", note="再検討")),
    "cancelCharge": of(lambda w: later(w.new_charge(), "chargeId", reason="OTHER"), "desk"),
    "setChargeCancellation": officer(lambda w: unkeyed(municipality=w.api.code, minutes=30)),
    "setConversionRate": officer(rate),
    "convert": of(
        lambda w: keyed(walletId=w.wallet, fromAssetId=w.points, toAssetId=w.other_points, amount=1), "resident"
    ),
    "linkFundingSource": of(
        lambda w: unkeyed(walletId=w.wallet, assetId=w.api.coin, token="tok_probe", label="•••• 1"), "resident"
    ),
    "removeFundingSource": of(lambda w: later_unkeyed(w.new_source(), "fundingSourceId"), "resident"),
    "changeAsset": officer(
        lambda w: later_unkeyed(w.api.asset(f"A{uuid4().hex[:8].upper()}"), "assetId", nameJa="改名")
    ),
    "changeProgramme": officer(lambda w: later_unkeyed(w.api.programme(w.points, 100), "programmeId", nameJa="改名")),
    "changeBudget": officer(lambda w: later(w.api.programme(w.points, 100), "programmeId", change=1)),
    "inviteStaff": officer(
        lambda w: keyed(municipality=w.api.code, role="DESK", displayName="窓口 花子", reason="NEW_DUTY")
    ),
    "endStaff": officer(ended_staff),
    "openWallet": of(lambda w: keyed(municipality=w.api.code, displayName="新田 新"), "desk"),
    "freezeWallet": of(lambda w: new_wallet(w, frozen=False), "finance", "desk"),
    "unfreezeWallet": officer(lambda w: new_wallet(w, frozen=True)),
    "openStore": officer(lambda w: keyed(municipality=w.api.code, **STORE)),
    "suspendStore": officer(lambda w: new_store(w, suspended=False)),
    "resumeStore": officer(lambda w: new_store(w, suspended=True)),
    "addStoreStaff": officer(lambda w: keyed(storeId=w.store, displayName="店員 一郎", reason="NEW_DUTY")),
    "endStoreStaff": officer(ended_store_staff),
    # Subscription
    "walletEvents": of(lambda w: {"walletId": w.wallet, "after": w.start_of(w.town.wallet)}, "resident", *TOWN),
    "storeEvents": of(lambda w: {"storeId": w.store, "after": w.start_of(w.town.store)}, "staff", *TOWN),
    "paymentSettled": of(lambda w: {"walletId": w.wallet, "after": w.start_of(w.town.wallet)}, "resident", *TOWN),
    "bulkGrantProgress": of(lambda w: {"id": w.bulk}, "finance", *TOWN),
    "approvalChanged": of(lambda w: {"municipality": w.api.code}, "finance", "auditor"),
}


async def _id(id_of: Awaitable[str]) -> dict[str, Any]:
    return {"id": await id_of}
