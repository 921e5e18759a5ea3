"""Receive codes: they say nothing of a wallet, are renewed, and end."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.identifiers import Prefix, decode, encode
from tests.support.api import Api
from tests.support.coupons import CouponApi
from tests.support.officers import Officers
from tests.support.town import People, new_town
from tests.support.vouchers import VoucherApi

SQL = Path(__file__).parents[2] / "migrations" / "sql" / "0017_receive_codes.sql"


async def shown(api: Api, wallet: UUID | None = None) -> str:
    code: str = (await api.ask(api.town.desk, "Wallet", id=api.wallet(wallet)))["receiveCode"]
    return code


async def charge(api: Api, code: str, key: str | None = None, **facts: Any) -> Any:
    fields = {"idempotencyKey": key or str(uuid4()), "wallet": {"code": code}, "assetId": api.coin, "amount": 1_000}
    return await api.ask(api.town.desk, "Charge", input={**fields, **facts})


async def renewed(api: Api, viewer: Any = None, wallet: UUID | None = None, **facts: Any) -> Any:
    fields = {"walletId": api.wallet(wallet), **facts}
    return await api.ask(viewer or api.town.resident, "RenewReceiveCode", input=fields)


async def held(api: Api) -> int:
    wallet = await api.ask(api.town.resident, "Wallet", id=api.wallet())
    return sum(balance["posted"] for balance in wallet["balances"])


async def test_a_code_says_nothing_of_its_wallet_and_no_two_are_alike(api: Api):
    others = [(await api.town.new_resident())[1] for _ in range(3)]
    codes = [await shown(api, wallet) for wallet in (None, *others)]
    keys = [decode(code)[2] for code in codes]
    assert len(set(keys)) == 4
    for wallet in (api.town.wallet, *others):
        for key in keys:
            assert isinstance(key, UUID)
            assert key.version == 4, "random, not in the order in which wallets were opened"
            assert key.int >> 64 != wallet.int >> 64
            assert key.int & (2**64 - 1) != wallet.int & (2**64 - 1)


async def test_a_renewed_code_ends_and_its_requests_are_still_answered(api: Api):
    old, key, refused = await shown(api), str(uuid4()), str(uuid4())
    first = await charge(api, old, key)
    assert (await charge(api, old, refused, amount=1_000_000))["code"] == "AMOUNT_OUT_OF_RANGE"
    new = (await renewed(api))["wallet"]["receiveCode"]
    assert new != old
    assert await shown(api) == new
    again = await charge(api, old, key)
    assert (again["replayed"], again["charge"]["id"]) == (True, first["charge"]["id"])
    assert (await charge(api, old, key, amount=2_000))["code"] == "KEY_REUSED", "another request is not this one"
    assert (await charge(api, new, key))["replayed"], "either code names the wallet that the key was for"
    answer = await charge(api, old)
    assert (answer["code"], answer["reason"], answer["retry"]) == ("INVALID_CODE", "RENEWED", "NEVER")
    assert answer["message"] == (
        "この受取コードは、新しいコードに変わっています。お客さまに、いまのコードを見せてもらってください。"
    )
    assert await held(api) == 1_000
    quote = {"wallet": {"code": old}, "assetId": api.coin, "amount": 1_000}
    assert (await api.ask(api.town.desk, "QuoteCharge", input=quote))["reason"] == "RENEWED"
    assert (await charge(api, new))["charge"]["amount"] == 1_000
    await api.town.assert_sound()


async def test_a_renewed_code_gets_no_voucher_and_no_coupon(town: People):
    vouchers, coupons = VoucherApi(town), CouponApi(town)
    product, coupon = await vouchers.product(), await coupons.coupon(claimRequired=True)
    old = await shown(vouchers)
    sale = {"idempotencyKey": str(uuid4()), "wallet": {"code": old}, "productId": product, "units": 1}
    claim = {"idempotencyKey": str(uuid4()), "wallet": {"code": old}, "couponId": coupon}
    await vouchers.ask(town.desk, "SellVoucher", input=sale)
    await vouchers.ask(town.desk, "ClaimCoupon", input=claim)
    await renewed(vouchers)
    for operation, request in (("SellVoucher", sale), ("ClaimCoupon", claim)):
        assert (await vouchers.ask(town.desk, operation, input=request))["replayed"]
        answer = await vouchers.ask(town.desk, operation, input={**request, "idempotencyKey": str(uuid4())})
        assert (answer["code"], answer["reason"]) == ("INVALID_CODE", "RENEWED")
    await town.assert_sound()


@pytest.mark.parametrize("spoil", [str.upper, lambda code: f"{code[:4]}{code[4:20]}-{code[20:]}"])
async def test_a_code_is_typed_in_any_case_width_and_grouping(api: Api, spoil: Any):
    code = await shown(api)
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in spoil(code))
    for typed in (spoil(code), wide, f"　{wide}\u200b"):
        assert (await charge(api, typed))["charge"]["amount"] == 1_000


async def test_look_alikes_are_read_as_the_digits_that_they_are_taken_for(api: Api):
    while not {"0", "1"} <= set((code := await shown(api))[4:]):
        await renewed(api)
    assert (await charge(api, code[:4] + code[4:].replace("0", "O").replace("1", "l")))["charge"]["amount"] == 1_000


async def test_unknown_codes_and_those_of_other_kinds(api: Api):
    unknown = encode(Prefix.RECEIVE, api.town.id, uuid4())
    assert (await charge(api, unknown))["code"] == "UNKNOWN_WALLET"
    as_id = encode(Prefix.RECEIVE, api.town.id, api.town.wallet)
    assert (await charge(api, as_id))["code"] == "UNKNOWN_WALLET", "a wallet of today has no code of before"
    elsewhere = await shown(Api(await new_town(api.services)))
    assert (await charge(api, elsewhere))["code"] in {"UNKNOWN_ASSET", "UNKNOWN_WALLET"}
    assert (await charge(api, api.wallet()))["reason"] == "NOT_A_RECEIVE_CODE"
    assert (await charge(api, "ABC"))["reason"] == "NOT_A_CODE"
    assert await held(api) == 0


async def test_who_may_renew_and_what_is_written_of_staff(api: Api, owner: asyncpg.Connection):
    neighbour, _ = await api.town.new_resident()
    before = await shown(api)
    for viewer in (neighbour, api.town.staff, api.town.finance, api.town.auditor):
        answer = await api.ask(viewer, "RenewReceiveCode", input={"walletId": api.wallet(), "reason": "LOST"})
        assert answer["code"] in {"UNKNOWN_WALLET", "NOT_PERMITTED"}
    refused = await renewed(api, api.town.desk)
    assert (refused["code"], refused["field"], refused["problem"]) == ("INVALID_INPUT", "reason", "REASON_OF_STAFF")
    assert await shown(api) == before
    await renewed(api)
    trail = "select actor, reason, before, after from audit_entry where municipality_id = $1 and action = 'renew_receive_code' and subject = $2"
    assert await owner.fetch(trail, api.town.id, str(api.town.wallet)) == [], "people are no staff of their own"
    await renewed(api, api.town.desk, reason="LOST")
    [entry] = await owner.fetch(trail, api.town.id, str(api.town.wallet))
    assert (entry["actor"], entry["reason"]) == (api.town.desk.person_id, "LOST")
    assert '"codes": 1' in entry["before"]
    key = decode(await shown(api))[2]
    assert str(key) not in str(dict(entry)), "the code itself is not for the trail"


async def test_two_renewals_at_once_leave_one_code(api: Api, owner: asyncpg.Connection):
    answers = [answer for _ in range(5) for answer in await asyncio.gather(*(renewed(api) for _ in range(6)))]
    assert all(answer["wallet"] for answer in answers)
    count = "select count(*) from receive_code where municipality_id = $1 and wallet_id = $2 and ended_at is null"
    assert await owner.fetchval(count, api.town.id, api.town.wallet) == 1


async def test_what_was_printed_before_is_taken_until_the_first_renewal(api: Api, owner: asyncpg.Connection):
    """A wallet of before the migration: its id under another prefix was its code."""
    printed = encode(Prefix.RECEIVE, api.town.id, api.town.wallet)
    await owner.execute("delete from receive_code where wallet_id = $1", api.town.wallet)
    for _ in range(2):
        await owner.execute(SQL.read_text())
    new = await shown(api)
    assert new != printed
    for code in (printed, new):
        assert (await charge(api, code))["charge"]["amount"] == 1_000
    await renewed(api)
    await owner.execute(SQL.read_text())
    for code in (printed, new):
        assert (await charge(api, code))["reason"] == "RENEWED"
    assert (await charge(api, await shown(api)))["charge"]["amount"] == 1_000
    assert await held(api) == 3_000


async def test_a_file_names_wallets_by_codes_in_one_statement_a_page(officers: Officers, monkeypatch: Any):
    from domain.bulk_grants import examine

    sizes = []
    original = examine.receivers

    async def counted(*arguments: Any) -> Any:
        sizes.append(len(arguments[1]))
        return await original(*arguments)

    monkeypatch.setattr(examine, "receivers", counted)
    api, programme = officers, await officers.points(100_000)
    wallets = await api.residents(501)
    codes = [await shown(api, wallet) for wallet in wallets]
    await renewed(api, api.town.desk, wallets[0], reason="OTHER")
    unknown = encode(Prefix.RECEIVE, api.town.id, uuid4())
    lines = [f"{code.upper()},10" for code in codes] + [f"{api.wallet(wallets[1])},10", f"{unknown},10"]
    content = "\r\n".join(["受取コード,金額", *lines, ""]).encode()
    assert [(row, code) for row, _, code, _ in await api.wrong(content, programme)] == [
        (2, "CODE_RENEWED"),
        (503, "DOUBLE"),
        (504, "UNKNOWN_WALLET"),
    ]
    assert sizes == [500, 2]
    bulk = await api.started(content, programme, skipInvalid=True)
    await api.run(bulk)
    assert await api.held_by(wallets) == [0, *[10] * 500]
