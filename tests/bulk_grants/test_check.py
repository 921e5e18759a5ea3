"""The dry run and the start: counts, sums, every error in both languages, and nothing moved."""

from datetime import timedelta

import pytest

from domain.bulk_grants import check as checking
from domain.database import rows, transaction
from domain.identifiers import Prefix, encode
from domain.ledger.holders import give_access, set_state
from domain.ledger.kinds import HolderState
from domain.viewer import Relation
from tests.support.officers import Officers
from tests.support.town import new_town


async def nothing_moved(api: Officers) -> None:
    assert await rows("select 1 from journal where municipality_id = $1 and operation = 30", api.town.id) == []
    assert await rows("select 1 from bulk_grant where municipality_id = $1", api.town.id) == []
    await api.town.assert_sound()


async def test_the_dry_run_counts_and_sums_and_moves_nothing(api: Officers):
    programme = await api.points(10_000)
    wallets = await api.residents(3)
    check = (await api.check(api.csv(wallets, 200), programme))["check"]
    assert check == {
        "rowCount": 3,
        "validCount": 3,
        "invalidCount": 0,
        "totalAmount": 600,
        "budgetLeft": 10_000,
        "withinBudget": True,
        "needsApproval": False,
        "duplicates": {
            "totalCount": 0,
            "totalAmount": 0,
            "token": None,
            "edges": [],
            "pageInfo": {"hasNextPage": False, "endCursor": None},
        },
        "rowErrors": {"edges": [], "pageInfo": {"hasNextPage": False, "endCursor": None}},
    }
    assert await api.held_by(wallets) == [0, 0, 0]
    await nothing_moved(api)


WRONG_ROWS = [
    (3, "ウォレットID", "WALLET_FROZEN", "このウォレットは停止中です。停止を解除してから付与してください。"),
    (4, "金額", "BALANCE_CAP", "ウォレットの残高の上限（1,000円分）を超えます。"),
    (5, "ウォレットID", "NOT_ELIGIBLE_RESIDENCY", "この自治体にお住まいでないため、この事業の対象ではありません。"),
    (6, "ウォレットID", "NOT_ELIGIBLE_AGE", "年齢がこの事業の条件に合いません。"),
    (7, "ウォレットID", "NOT_ELIGIBLE_UNVERIFIED", "本人確認が済んでいません。窓口で確認してから付与してください。"),
    (8, "ウォレットID", "DOUBLE", "2行目と同じウォレットです。1つの行にまとめてください。"),
    (
        9,
        "ウォレットID",
        "UNKNOWN_WALLET",
        "このウォレットは見つかりません。ウォレットIDまたは受取コードをご確認ください。",
    ),
    (
        10,
        "ウォレットID",
        "UNKNOWN_WALLET",
        "このウォレットは見つかりません。ウォレットIDまたは受取コードをご確認ください。",
    ),
    (11, "ウォレットID", "WALLET_EMPTY", "ウォレットIDが空欄です。"),
    (12, "金額", "CAP_EXCEEDED", "お一人さま（または世帯）の上限を超えます（あと500円分）。"),
    (13, "金額", "AMOUNT_NEGATIVE", "金額がマイナスです。1以上にしてください。"),
    (14, "ウォレットID", "DOUBLE", "13行目と同じウォレットです。1つの行にまとめてください。"),
    (15, "金額", "AMOUNT_ZERO", "金額が0です。1以上にしてください。"),
    (
        16,
        "ウォレットID",
        "UNKNOWN_WALLET",
        "このウォレットは見つかりません。ウォレットIDまたは受取コードをご確認ください。",
    ),
    (
        17,
        None,
        "TOO_MANY_COLUMNS",
        '列が多すぎます（見出しは2列）。金額のカンマは外すか、金額を引用符（"）で囲んでください。',
    ),
]


async def test_every_error_of_a_row_in_both_languages(api: Officers):
    asset = await api.asset("CAPPED", balanceCap=1_000)
    programme = await api.programme(
        asset, 1_000_000, capPerPerson=500, eligibility={"residentsOnly": True, "ageFrom": 65}
    )
    year = api.services.clock().year
    wallets = await api.residents(9)
    claims = {
        0: (True, year - 70),
        1: (True, year - 70),
        2: (True, year - 70),
        3: (False, year - 70),
        4: (True, year - 20),
        6: (True, year - 70),
    }
    for place, (resident, born) in claims.items():
        [person] = await rows(
            "select person_id from holder_access where municipality_id = $1 and holder_id = $2",
            api.town.id,
            wallets[place],
        )
        await rows(
            "insert into person_claim values ($1, $2, $3, $4, $5) returning 1",
            api.town.id,
            person["person_id"],
            resident,
            born,
            api.services.clock(),
        )
    await set_state(api.town.id, wallets[1], HolderState.FROZEN)
    other = await api.programme(asset, 10_000)
    await api.grant(other, 900, wallets[2])
    names = [api.wallet(wallet) for wallet in wallets]
    stranger = encode(Prefix.WALLET, api.town.id + 1, wallets[0])
    lines = [
        "ウォレットID,金額",
        f"{names[0]},100",
        f"{names[1]},100",
        f"{names[2]},200",
        f"{names[3]},100",
        f"{names[4]},100",
        f"{names[5]},100",
        f"{names[0]},100",
        f"{stranger},100",
        f"{api.wallet(api.town.store)},100",
        ",100",
        f"{names[6]},501",
        f"{names[7]},-5",
        f"{names[7]},5",
        f"{names[8]},0",
        "x,abc",
        f"{names[8]},1,2,3",
    ]
    content = "\n".join(lines).encode("cp932")
    assert await api.wrong(content, programme) == WRONG_ROWS
    english = await api.wrong(content, programme, "en")
    assert english[0][1:] == ("walletId", "WALLET_FROZEN", "This wallet is stopped. Release it before granting.")
    assert english[5] == (8, "walletId", "DOUBLE", "The same wallet as in row 2. Put both into one row.")
    refused = await api.start(content, programme)
    assert (refused["code"], refused["invalidCount"], refused["rowCount"]) == ("INVALID_ROWS", 15, 16)
    await nothing_moved(api)
    begun = (await api.start(content, programme, skipInvalid=True))["bulkGrant"]
    assert (begun["rowCount"], begun["invalidCount"], begun["leftCount"], begun["totalAmount"]) == (16, 15, 1, 100)
    await api.run(begun["id"])
    assert await api.held_by(wallets) == [100, 0, 900, 0, 0, 0, 0, 0, 0]
    invalid = await api.rows(begun["id"], state="INVALID", locale="en")
    assert [(row["row"], row["message"]) for row in invalid] == [(number, text) for number, _, _, text in english]
    await api.town.assert_sound()


async def test_a_row_keeps_to_the_minimum_unit(api: Officers):
    """Said by the dry run; and a row of a file that was started is refused by itself."""
    programme = await api.programme(await api.asset("TENS", minimumUnit=100), 10_000)
    wallets = await api.residents(3)
    lines = [
        "ウォレットID,金額",
        *(f"{api.wallet(wallet)},{n}" for wallet, n in zip(wallets, (30, 100, 150), strict=True)),
    ]
    content = "\n".join(lines).encode()
    text = "金額は100円分きざみで入力してください。"
    assert await api.wrong(content, programme) == [
        (2, "金額", "NOT_WHOLE_UNITS", text),
        (4, "金額", "NOT_WHOLE_UNITS", text),
    ]
    english = await api.wrong(content, programme, "en")
    assert [row[3] if len(row) > 3 else row[2] for row in english] == ["Give a multiple of 100 yen's worth."] * 2
    await nothing_moved(api)
    begun = (await api.start(content, programme, skipInvalid=True))["bulkGrant"]
    await api.run(begun["id"])
    assert (await api.held_by(wallets), await api.left(programme)) == ([0, 100, 0], 9_900)
    await api.town.assert_sound()


async def test_the_cap_of_a_person_counts_over_the_rows_of_a_file(api: Officers):
    programme = await api.points(10_000, capPerPerson=500)
    wallets = await api.residents(2)
    [person] = await rows(
        "select person_id from holder_access where municipality_id = $1 and holder_id = $2", api.town.id, wallets[0]
    )
    async with transaction():
        await rows(
            "update holder_access set revoked_at = $3 where municipality_id = $1 and holder_id = $2 returning 1",
            api.town.id,
            wallets[1],
            api.services.clock(),
        )
        await give_access(api.town.id, wallets[1], person["person_id"], Relation.OWNER, api.services.clock())
    assert await api.wrong(api.csv(wallets, 300), programme) == [
        (3, "金額", "CAP_EXCEEDED", "お一人さま（または世帯）の上限を超えます（あと200円分）。")
    ]
    await nothing_moved(api)


async def test_more_than_the_budget_is_refused_as_a_whole(api: Officers):
    programme = await api.points(500)
    wallets = await api.residents(3)
    check = (await api.check(api.csv(wallets, 200), programme))["check"]
    assert (check["totalAmount"], check["budgetLeft"], check["withinBudget"]) == (600, 500, False)
    for skip in (False, True):
        refused = await api.start(api.csv(wallets, 200), programme, skipInvalid=skip)
        assert (refused["code"], refused["available"]) == ("BUDGET_EXCEEDED", 500)
    await nothing_moved(api)


async def test_a_file_without_one_right_row_is_refused_although_rows_may_be_skipped(api: Officers):
    programme = await api.points(500)
    refused = await api.start(b"walletId,amount\nx,1\n", programme, skipInvalid=True)
    assert (refused["code"], refused["invalidCount"], refused["rowCount"]) == ("INVALID_ROWS", 1, 1)
    await nothing_moved(api)


async def test_errors_come_in_pages_and_are_listed_up_to_a_limit(api: Officers, monkeypatch: pytest.MonkeyPatch):
    programme = await api.points(500)
    content = b"walletId,amount\n" + b"x,1\n" * 1_300
    upload = await api.upload(content)
    first = (await api.check(upload, programme, first=100))["check"]
    assert (first["invalidCount"], first["rowErrors"]["pageInfo"]) == (1_300, {"hasNextPage": True, "endCursor": "101"})
    last = (await api.check(upload, programme, first=100, after="1201"))["check"]["rowErrors"]
    assert ([edge["node"]["row"] for edge in last["edges"]][::99], last["pageInfo"]["hasNextPage"]) == (
        [1202, 1301],
        False,
    )
    monkeypatch.setattr(checking, "ERRORS_KEPT", 700)
    cut = (await api.check(upload, programme, first=100, after="650"))["check"]
    assert (cut["invalidCount"], cut["rowErrors"]["edges"][-1]["node"]["row"]) == (1_300, 701)


@pytest.mark.parametrize(
    ("content", "code", "data"),
    [
        (b"", "UNREADABLE_FILE", {"row": 1, "problem": "FILE_EMPTY"}),
        ("ウォレットID,氏名\n".encode(), "UNREADABLE_FILE", {"row": 1, "problem": "FILE_UNKNOWN_COLUMN"}),
        ("ウォレットID,金額\n".encode() + b"a,\xff\n", "WRONG_ENCODING", {"row": 2, "byte": 28}),
    ],
)
async def test_files_that_cannot_be_read(api: Officers, content: bytes, code: str, data: dict[str, object]):
    programme = await api.points(500)
    for refused in (await api.check(content, programme), await api.start(content, programme)):
        assert (refused["code"], refused["retry"]) == (code, "NEVER")
        assert {name: refused[name] for name in data} == data
        assert f"{data['row']}行目" in refused["message"]
    await nothing_moved(api)


async def test_programmes_that_do_not_grant(api: Officers):
    content = api.csv(await api.residents(1))
    later = await api.points(500, startsAt=api.at(timedelta(days=1)), endsAt=api.at(timedelta(days=2)))
    bonus = await api.bonus(await api.asset("BONUS", kind="BONUS_COIN"), 1_000, 1_000)
    stranger = encode(Prefix.PROGRAMME, api.town.id + 1, api.town.wallet)
    for programme, code in (
        (later, "PROGRAMME_CLOSED"),
        (bonus, "UNKNOWN_PROGRAMME"),
        (stranger, "UNKNOWN_PROGRAMME"),
        ("prg_x", "UNKNOWN_PROGRAMME"),
    ):
        assert (await api.check(content, programme))["code"] == code
        assert (await api.start(content, programme))["code"] == code
    await nothing_moved(api)


async def test_an_upload_is_its_persons_and_its_towns(api: Officers):
    programme = await api.points(500)
    content = api.csv(await api.residents(1))
    of_a_colleague = await api.upload(content, api.town.other_finance)
    assert (await api.check(of_a_colleague, programme))["code"] == "UNKNOWN_UPLOAD"
    neighbours = Officers(await new_town(api.services))
    of_neighbours = await neighbours.upload(content)
    theirs = await neighbours.points(500)
    assert (await api.check(of_neighbours, programme))["code"] == "UNKNOWN_PROGRAMME", "the upload says the town"
    assert (await api.check(of_neighbours, theirs))["code"] == "NOT_PERMITTED"
    assert (await api.start(of_neighbours, theirs))["code"] == "NOT_PERMITTED"
    assert (await neighbours.check(content, theirs))["check"]["rowErrors"]["edges"][0]["node"][
        "code"
    ] == "UNKNOWN_WALLET"
    for nonsense in ("upl_x", api.wallet(), encode(Prefix.UPLOAD, api.town.id, api.town.wallet)):
        assert (await api.check(nonsense, programme))["code"] == "UNKNOWN_UPLOAD"
    await nothing_moved(api)
    await nothing_moved(neighbours)
