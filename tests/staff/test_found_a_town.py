"""A town on an empty database by commands and the API over HTTP alone, and its first day."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.support.api import ASSET
from tests.support.founding import Founded, Installation, establish

STORE = {
    "name": "めぐる商店",
    "nameKana": "メグルショウテン",
    "nameRoman": "MEGURU SHOTEN",
    "category": "food",
    "merchantCategoryCode": "5411",
    "location": {"latitudeMicrodegrees": 37_450_000, "longitudeMicrodegrees": 138_850_000},
    "area": "station",
}


@pytest.fixture(scope="module")
def town(installation: Installation) -> Founded:
    return establish(installation, "152056")


def at(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_town_is_founded_and_plays_its_first_day(town: Founded):
    desk = town.staff("DESK", "窓口 花子")
    points = town.ask(
        town.finance, "CreateAsset", input={**ASSET, "municipality": town.code, "code": "POINT", "paid": False}
    )["asset"]["id"]
    [coin] = [asset["id"] for asset in town.ask(None, "Assets", municipality=town.code) if asset["code"] == "COIN"]
    programme = town.by_two(
        "CreateProgramme",
        idempotencyKey=str(uuid4()),
        municipality=town.code,
        kind="GRANT",
        nameJa="子育て応援",
        nameEn="Childcare",
        assetId=points,
        budget=2_000_000,
        startsAt=at(-1),
        endsAt=at(90),
    )["programme"]["id"]

    opened = town.ask_keyed(desk, "OpenWallet", municipality=town.code, displayName="新田 新")
    resident, wallet = town.token_of(opened["personId"]), opened["wallet"]["id"]
    store = town.ask_keyed(town.finance, "OpenStore", municipality=town.code, **STORE)["store"]
    assert (store["accepting"], store["area"], store["chargeAgent"]) == (True, "station", False)
    hired = town.ask_keyed(
        town.finance, "AddStoreStaff", storeId=store["id"], displayName="店員 一郎", reason="NEW_DUTY"
    )
    till = town.token_of(hired["personId"])

    receive = {"code": opened["wallet"]["receiveCode"]}
    charged = town.ask_keyed(desk, "Charge", wallet=receive, assetId=coin, amount=5_000)
    assert charged["charge"]["amount"] == 5_000
    assert "grant" in town.ask_keyed(town.finance, "GrantValue", programmeId=programme, walletId=wallet, amount=300)
    payment = town.ask_keyed(resident, "Pay", walletId=wallet, payee={"code": store["code"]}, amount=1_200)["payment"]
    refund = town.ask_keyed(till, "RefundPayment", paymentId=payment["id"], amount=200, reason="RETURNED_GOODS")
    assert refund["refund"]["amount"] == 200

    shown = town.ask(resident, "Wallet", id=wallet)
    balances = {balance["asset"]["code"]: balance["posted"] for balance in shown["balances"]}
    assert sum(balances.values()) == 5_000 + 300 - 1_200 + 200
    [owed] = [
        balance["posted"]
        for balance in town.ask(till, "StoreBalances", id=store["id"])["balances"]
        if balance["asset"]["code"] == "COIN"
    ]
    assert owed == 1_000
    assert town.ask(town.auditor, "TrialBalance", municipality=town.code)["balanced"]
    assert town.ask(town.auditor, "DriftReport", municipality=town.code)["differences"] == []
    assert "NOT BALANCED" not in town.installation.meguru("audit")


def test_only_the_first_officers_come_by_command(town: Founded):
    for role in ("finance", "auditor", "desk"):
        done = town.installation.run("staff", "invite", "--municipality", town.code, "--role", role, "--name", "後から")
        assert (done.returncode, done.stdout) == (2, "")
        assert "inviteStaff" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_mistakes_of_the_command_line_are_one_line_each(town: Founded):
    for arguments, part in (
        (("staff", "invite", "--municipality", "999999", "--role", "finance", "--name", "誰か"), "--municipality"),
        (("tokens", "issue", "--person", "wal_x"), "--person"),
        (("tokens", "issue", "--person", "per_00000000000000000000000000000"), "--person"),
    ):
        done = town.installation.run(*arguments)
        assert (done.returncode, done.stdout) == (2, ""), done
        [line] = done.stderr.splitlines()
        assert part in line
