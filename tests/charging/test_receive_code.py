"""A receive code that is typed at a counter instead of scanned."""

from typing import Any
from uuid import uuid4

from tests.support.api import Api


async def charged_by(api: Api, code: str) -> Any:
    charge = {"idempotencyKey": str(uuid4()), "wallet": {"code": code}, "assetId": api.coin, "amount": 1_000}
    return await api.ask(api.town.desk, "Charge", input=charge)


async def test_a_receive_code_is_read_from_a_japanese_keyboard(api: Api):
    code = (await api.ask(api.town.resident, "Wallet", id=api.wallet()))["receiveCode"]
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    assert (await charged_by(api, f"\u3000{wide}\u200b"))["charge"]["amount"] == 1_000
    assert (await charged_by(api, wide[:-1]))["code"] == "INVALID_CODE"
    await api.town.assert_sound()
