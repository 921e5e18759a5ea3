"""What a file may look like, and what is said of one that is wrong. No database."""

import codecs
import csv
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bulk_grants.csv_file import Problem, Row, amount_of, rows_of
from domain.bulk_grants.refusals import UnreadableFileError, WrongEncodingError
from domain.bulk_grants.text import encoding_of, first_fault, lines
from domain.identifiers import Prefix, Uuid7, encode

TOWN = 7
_ids = Uuid7(lambda: 1_790_000_000_000, random.Random(1).getrandbits)
A, B = _ids.new(), _ids.new()
WALLET, OTHER = encode(Prefix.WALLET, TOWN, A), encode(Prefix.WALLET, TOWN, B)


async def read(data: bytes) -> list[Row]:
    return list(rows_of(data, await encoding_of(data), TOWN))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "shift_jis"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "header",
    [
        "ウォレットID,金額",
        "ｳｫﾚｯﾄID,金額",
        "ウォレットＩＤ , 金 額",
        "walletId,amount",
        "wallet_id,AMOUNT",
        '"ウォレットID","金額"',
        "受取コード,金額",
    ],
)
async def test_encodings_ends_of_lines_and_headers(encoding: str, end: str, header: str):
    text = end.join([header, f"{WALLET},100", f'"{OTHER}","1,500"', ""])
    assert await read(text.encode(encoding)) == [Row(2, A, 100), Row(3, B, 1_500)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"金額,ウォレットID,備考\n100,{WALLET},こんにちは\n", [Row(2, A, 100)]),
        (f"備考,金額,ウォレットID\n,200,{WALLET}", [Row(2, A, 200)]),
        (f"walletId,amount,\n{WALLET},100,\n", [Row(2, A, 100)]),
        (f"walletId,amount\n\n{WALLET},100\n,\n\n{OTHER},5\n\n", [Row(3, A, 100), Row(6, B, 5)]),
        (f'walletId,amount,note\n{WALLET},100,"二行の\n備考"\n{OTHER},5,\n', [Row(2, A, 100), Row(3, B, 5)]),
        (f"walletId,amount\n {WALLET} , 100 \n", [Row(2, A, 100)]),
        (f"walletId,amount\n{encode(Prefix.RECEIVE, TOWN, A)},100\n", [Row(2, None, 100, code=A)]),
        (f"walletId,amount,note\n{WALLET},5000,123\n", [Row(2, A, 5_000)]),
    ],
)
async def test_columns_in_any_order_empty_lines_and_notes(text: str, expected: list[Row]):
    assert await read(text.encode()) == expected


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1", 1),
        ("100", 100),
        ("１００", 100),
        ("1,000", 1_000),
        ("１，０００", 1_000),
        ("12,345", 12_345),
        (" 7 ", 7),
        ("　7　", 7),
        ("10000000", 10_000_000),
    ],
)
def test_amounts(written: str, amount: int):
    assert amount_of(written) == amount


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "AMOUNT_EMPTY"),
        ("  ", "AMOUNT_EMPTY"),
        ("0", "AMOUNT_ZERO"),
        ("０", "AMOUNT_ZERO"),
        ("-1", "AMOUNT_NEGATIVE"),
        ("－１００", "AMOUNT_NEGATIVE"),
        ("△100", "AMOUNT_NEGATIVE"),
        ("▲1,000", "AMOUNT_NEGATIVE"),
        ("(100)", "AMOUNT_NEGATIVE"),
        ("1,00", "AMOUNT_UNCLEAR"),
        ("10,0000", "AMOUNT_UNCLEAR"),
        ("1000,000", "AMOUNT_UNCLEAR"),
        ("1.000", "AMOUNT_UNCLEAR"),
        ("100.0", "AMOUNT_UNCLEAR"),
        (",100", "AMOUNT_UNCLEAR"),
        ("100,", "AMOUNT_UNCLEAR"),
        ("007", "AMOUNT_UNCLEAR"),
        ("00", "AMOUNT_UNCLEAR"),
        ("0,100", "AMOUNT_UNCLEAR"),
        ("100円", "AMOUNT_NOT_A_NUMBER"),
        ("¥100", "AMOUNT_NOT_A_NUMBER"),
        ("￥100", "AMOUNT_NOT_A_NUMBER"),
        ("1e3", "AMOUNT_NOT_A_NUMBER"),
        ("+100", "AMOUNT_NOT_A_NUMBER"),
        ("千", "AMOUNT_NOT_A_NUMBER"),
        ("百円", "AMOUNT_NOT_A_NUMBER"),
        ("①", "AMOUNT_NOT_A_NUMBER"),
        ("10²", "AMOUNT_NOT_A_NUMBER"),
        ("1 000", "AMOUNT_NOT_A_NUMBER"),
        ("=1+1", "AMOUNT_NOT_A_NUMBER"),
        ("١٠", "AMOUNT_NOT_A_NUMBER"),
        ("１、０００", "AMOUNT_NOT_A_NUMBER"),
        ("9" * 31, "AMOUNT_NOT_A_NUMBER"),
        ("10000001", "AMOUNT_TOO_LARGE"),
        ("9" * 30, "AMOUNT_TOO_LARGE"),
    ],
)
def test_wrong_amounts(written: str, code: str):
    problem = amount_of(written)
    assert isinstance(problem, Problem)
    assert problem.code == code


async def test_a_comma_outside_quotes_is_never_read_as_a_smaller_amount():
    """`wal_...,1,000` is 1,000 to a person. With a third column it would be 1, with 000 as its note."""
    [two] = await read(f"walletId,amount\n{WALLET},1,000\n".encode())
    assert two.problem == Problem("TOO_MANY_COLUMNS", None, {"columns": 2})
    [three] = await read(f"walletId,amount,note\n{WALLET},1,000\n".encode())
    assert three.problem is not None
    assert three.problem.code == "AMOUNT_UNCLEAR"
    [turned] = await read(f"amount,walletId\n1,000,{WALLET}\n".encode())
    assert turned.problem is not None
    assert turned.wallet is None


@pytest.mark.parametrize(
    ("line", "amount"),
    [
        (f'"{WALLET}","500","101"', 500),
        (f'{WALLET},"500",101', 500),
        (f'{WALLET},500,"101"', 500),
        (f'"{WALLET}","1","000"', 1),
        (f'{WALLET},"1,000",000', 1_000),
        (f'"{WALLET}","1,000","000"', 1_000),
        (f"{WALLET},500,101", None),
        (f'"{WALLET}",500,101', None),
        (f"{WALLET},1,000", None),
        (f"{WALLET},500,1010", 500),
        (f"{WALLET},5000,101", 5_000),
        (f"{WALLET},500,10a", 500),
    ],
)
async def test_an_amount_in_quotation_marks_has_one_reading(line: str, amount: int | None):
    """Outside quotation marks `500,101` may be 500,101 with a comma, or 500 with 101 as its note."""
    [row] = await read(f"walletId,amount,note\n{line}\n".encode())
    assert row.amount == amount
    assert (None if row.problem is None else row.problem.code) == (None if amount else "AMOUNT_UNCLEAR")


async def test_quotation_marks_of_another_field_do_not_make_an_amount_clear():
    turned = f'amount,note,walletId\n500,101,"{WALLET}"\n"500",101,{WALLET}\n'
    [unclear, clear] = await read(turned.encode())
    assert unclear.problem is not None
    assert (unclear.problem.code, clear) == ("AMOUNT_UNCLEAR", Row(3, A, 500))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-be"])
@pytest.mark.parametrize(
    "end", ["\x1a", "\r\n\x1a", "\r\n\x1a\r\n", "\r\n\x1a\x00\x00", "\r\n\r\n \x1a\x1a", "\r\n,,\r\n\x1a"]
)
@pytest.mark.parametrize("amount", ["100", '"100"'])
async def test_the_end_sign_of_old_programs_is_no_row(encoding: str, end: str, amount: str):
    text = f"ウォレットID,金額\r\n{WALLET},{amount}{end}"
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    assert await read(mark + text.encode(encoding)) == [Row(2, A, 100)]


async def test_an_end_sign_elsewhere_is_no_end():
    [first, second] = await read(f"walletId,amount\n{WALLET},1\x1a00\n{OTHER},5\n".encode())
    assert first.problem is not None
    assert (first.problem.code, second) == ("AMOUNT_NOT_A_NUMBER", Row(3, B, 5))


@pytest.mark.parametrize(
    ("table", "encoding"),
    [
        ("ウォレットID\t金額\t備考\r\n{a}\t1,500\tメモ\r\n{b}\t100\t101\r\n", "utf-16"),
        ("ウォレットID\t金額\r\n{a}\t1,500\r\n{b}\t100\r\n", "utf-8"),
        ("ウォレットID\t金額\r\n{a}\t1,500\r\n{b}\t100\r\n", "cp932"),
        ("walletId;amount\r\n{a};1,500\r\n{b};100\r\n", "utf-8"),
        ("walletId;amount;note\r\n{a};1,500;\r\n{b};100;101\r\n", "utf-8"),
        ('ウォレットID,金額\r\n"=""{a}""","=""1500"""\r\n="{b}",="100"\r\n', "cp932"),
        ("ウォレットID,金額\r\n'{a},'1500\r\n'{b},'100\r\n", "cp932"),
        ("ウォレットID,金額,,\r\n{a},1500,,\r\n{b},100,,\r\n,,,\r\n,,,\r\n", "cp932"),
        ("ウォレットID,金額\r\n\u3000{a}\u3000,\u30001500\r\n{b}\u3000,100\u3000\r\n\u3000,\u3000\r\n", "cp932"),
        ("ウォレットID,金額\r\n\u00a0{a}\u00a0,1500\u00a0\r\n\u200b{b},\ufeff100\u200e\r\n", "utf-8"),
        ('ウォレットID,金額\r\n{a},"１，５００"\r\n{b},１００\r\n', "cp932"),
    ],
)
async def test_what_spreadsheets_and_hands_in_offices_send(table: str, encoding: str):
    assert await read(table.format(a=WALLET, b=OTHER).encode(encoding)) == [Row(2, A, 1_500), Row(3, B, 100)]


async def test_a_wallet_is_read_to_its_end():
    """What stands behind many spaces is not cut off: it may be another wallet."""
    [row] = await read(f"walletId,amount\n{WALLET}{' ' * 40}{OTHER},100\n".encode())
    assert row.problem is not None
    assert (row.wallet, row.problem.code) == (None, "UNKNOWN_WALLET")


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        (",100", "WALLET_EMPTY", "WALLET"),
        ("なまえ,100", "UNKNOWN_WALLET", "WALLET"),
        ("wal_0,100", "UNKNOWN_WALLET", "WALLET"),
        (f"{WALLET.upper()},100", "UNKNOWN_WALLET", "WALLET"),
        (f"{encode(Prefix.WALLET, TOWN + 1, A)},100", "UNKNOWN_WALLET", "WALLET"),
        (f"{encode(Prefix.STORE, TOWN, A)},100", "UNKNOWN_WALLET", "WALLET"),
        (f"{WALLET}", "TOO_FEW_COLUMNS", None),
        (f"{WALLET},100,,x", "TOO_MANY_COLUMNS", None),
        ("\x00,100", "UNKNOWN_WALLET", "WALLET"),
    ],
)
async def test_wrong_rows(line: str, code: str, column: str | None):
    [row] = await read(f"walletId,amount\n{line}\n".encode())
    assert row.problem is not None
    assert (row.number, row.problem.code, row.problem.column and row.problem.column.value) == (2, code, column)


@pytest.mark.parametrize(
    ("data", "row", "problem"),
    [
        (b"", 1, "FILE_EMPTY"),
        (b"\r\n\r\n", 1, "FILE_EMPTY"),
        (codecs.BOM_UTF8, 1, "FILE_EMPTY"),
        (b"walletId,amount\n", 2, "FILE_NO_ROWS"),
        (f"{WALLET},100\n".encode(), 1, "FILE_UNKNOWN_COLUMN"),
        ("ウォレットID,金額,氏名\n".encode(), 1, "FILE_UNKNOWN_COLUMN"),
        (b"walletId\n1\n", 1, "FILE_MISSING_COLUMN"),
        (b"walletId amount\nx 1\n", 1, "FILE_UNKNOWN_COLUMN"),
        (b"walletId|amount\nx|1\n", 1, "FILE_UNKNOWN_COLUMN"),
        (b"walletId,amount\tnote\nx,1\ty\n", 1, "FILE_UNKNOWN_COLUMN"),
        ("walletId,金額,amount\n".encode(), 1, "FILE_DOUBLE_COLUMN"),
        ("ウォレットID,受取コード,金額\n".encode(), 1, "FILE_DOUBLE_COLUMN"),
        (b'walletId,amount\nx,1\n"x,1\n', 3, "FILE_QUOTES"),
        (b'walletId,amount\n"x"y,1\n', 2, "FILE_QUOTES"),
        (b'walletId,amount\nx,1\n"' + b"a" * 200_000, 3, "FILE_LONG_LINE"),
        (b'walletId,amount\n"' + b"a,\n" * 60_000, 2, "FILE_QUOTES"),
        (b"walletId,amount\n" + b"x,1\n" * 100_001, 100_002, "FILE_TOO_MANY_ROWS"),
    ],
)
async def test_files_that_are_no_table(data: bytes, row: int, problem: str):
    with pytest.raises(UnreadableFileError) as refused:
        await read(data)
    assert (refused.value.row, refused.value.problem) == (row, problem)


async def test_a_wrong_byte_is_told_with_its_row_and_place():
    good = f"ウォレットID,金額,備考\n{WALLET},100,あ\n".encode()
    data = good + f"{OTHER},100,".encode() + b"\xff\xfe\n"
    with pytest.raises(WrongEncodingError) as refused:
        await encoding_of(data)
    assert (refused.value.row, refused.value.byte) == (3, data.index(b"\xff") + 1)
    shift_jis = "ウォレットID,金額\n".encode("cp932") + b"x,1\ny,\x81\x20\n"
    with pytest.raises(WrongEncodingError) as refused:
        await encoding_of(shift_jis)
    assert (refused.value.row, refused.value.byte) == (3, shift_jis.index(b"\x81\x20") + 1)
    cut = "ウォレットID,金額\nx,1\n".encode("utf-16")[:-1]
    with pytest.raises(WrongEncodingError) as refused:
        await encoding_of(cut)
    assert (refused.value.row, refused.value.byte) == (2, len(cut))


async def test_a_cut_character_at_the_end_is_found_and_a_long_file_too():
    for encoding in ("utf-8", "cp932"):
        data = ("ウォレットID,金額,備考\n" + "ｘ,1,あいう\n" * 20_000).encode(encoding)
        assert await encoding_of(data) == ("utf-8-sig" if encoding == "utf-8" else "cp932")
        with pytest.raises(WrongEncodingError) as refused:
            await encoding_of(data + "ああ".encode(encoding)[:-1])
        assert refused.value.row == 20_002
        assert refused.value.byte == len(data + "あ".encode(encoding)) + 1


@given(st.text(max_size=200).map(lambda text: text * 40), st.sampled_from(["utf-8-sig", "cp932"]))
def test_lines_are_those_of_python_whatever_the_slices(text: str, encoding: str):
    data = text.encode(encoding, "ignore")
    expected = io.TextIOWrapper(io.BytesIO(data), encoding, newline=None).readlines()
    assert list(lines(data, encoding)) == expected


@given(st.binary(max_size=400))
async def test_whatever_is_sent_is_rows_or_a_refusal(data: bytes):
    try:
        rows = await read(b"walletId,amount\n" + data)
    except (UnreadableFileError, WrongEncodingError):
        return
    assert all(row.problem is not None for row in rows)


@given(
    st.lists(st.tuples(st.integers(1, 10_000_000), st.text(max_size=20)), min_size=1, max_size=30),
    st.sampled_from(["utf-8", "utf-8-sig", "cp932"]),
)
async def test_what_a_spreadsheet_writes_is_read_again(table: list[tuple[int, str]], encoding: str):
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(["ウォレットID", "金額", "備考"])
    kept = [
        (amount, "".join(sign for sign in note if sign not in "\r\n\x00" and not sign.isdigit()))
        for amount, note in table
    ]
    for amount, note in kept:
        writer.writerow([WALLET, f"{amount:,}", note])
    data = written.getvalue().encode(encoding, "ignore")
    rows = await read(data)
    assert [(row.number, row.amount, row.problem) for row in rows] == [
        (number, amount, None) for number, (amount, _) in enumerate(kept, 2)
    ]


async def test_the_first_fault_is_found_across_slices():
    for at in (65_535, 65_536, 65_537, 131_071):
        data = b"a" * at + b"\xe3\x81" + b"a" * 10
        assert await first_fault(data, "utf-8") == at
