"""The national list of municipalities, and codes that are not on it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.municipalities import codes

HEAD, *ROWS = [line.split("\t") for line in codes._FILE.read_text(encoding="utf-8").splitlines()]
LISTED = {row[0] for row in ROWS}


def test_every_row_is_whole_and_no_code_is_there_twice():
    assert HEAD == ["code", "prefecture", "name", "kana"]
    assert [row for row in ROWS if len(row) != 4 or not all(part and part == part.strip() for part in row)] == []
    assert len(LISTED) == len(ROWS)
    assert [code for code in LISTED if not (code.isascii() and code.isdigit() and len(code) == codes.LENGTH)] == []


def test_every_code_has_the_right_check_digit():
    def right(code: str) -> bool:
        weighted = sum(int(digit) * weight for digit, weight in zip(code, (6, 5, 4, 3, 2, 1), strict=True))
        # 11 minus the rest is written as its last digit: a check of 0 stands for 10, and of 1 for 1 or 11.
        return (
            weighted % 11 == 0
            or (code[-1] == "0" and (weighted + 10) % 11 == 0)
            or (code[-1] == "1" and (weighted - 1) % 11 == 0)
        )

    assert [code for code in LISTED if not right(code)] == []
    assert [code for code in LISTED if codes.check_digit(code[:5]) != code[5]] == []


@pytest.mark.parametrize(
    ("first_five", "check"),
    [("01210", "6"), ("13101", "6"), ("27100", "4"), ("01000", "6"), ("47201", "8"), ("01100", "2")],
)
def test_check_digits_of_codes_that_everybody_knows(first_five: str, check: str):
    assert codes.check_digit(first_five) == check


def test_the_list_is_complete():
    prefectures = [row for row in ROWS if row[0][2:5] == "000"]
    assert len(prefectures) == 47
    assert all(prefecture == name for _, prefecture, name, _ in prefectures)
    assert len(ROWS) - len(prefectures) == 1_741 + 6  # with the six villages of the northern territories


def test_every_municipality_lies_in_the_prefecture_of_its_first_digits():
    prefectures = {row[0][:2]: row[2] for row in ROWS if row[0][2:5] == "000"}
    assert [row for row in ROWS if prefectures[row[0][:2]] != row[1]] == []


def test_a_code_is_found():
    assert codes.lookup("012106") == codes.NationalMunicipality("012106", "北海道", "岩見沢市", "イワミザワシ")
    assert {municipality.code for code in LISTED if (municipality := codes.lookup(code)) is not None} == LISTED


@given(st.sampled_from(sorted(LISTED)), st.sampled_from("0123456789"))
def test_a_wrong_check_digit_is_not_found(code: str, digit: str):
    assert (codes.lookup(code[:5] + digit) is not None) == (digit == code[5])


@pytest.mark.parametrize(
    "unchecked",
    [
        "",
        "0",
        "01210",
        "12106",
        "0121060",
        " 012106",
        "012106 ",
        "012106\n",
        "０１２１０６",
        "٠١٢١٠٦",
        "01210６",
        "012-106",
        "岩見沢市",
        "code",
        "000000",
        "999999",
        "' or 1=1",
    ],
)
def test_what_is_no_code_is_not_found(unchecked: str):
    assert codes.lookup(unchecked) is None


@given(st.one_of(st.text(max_size=10), st.from_regex(r"\d{6}", fullmatch=True)))
def test_whatever_is_asked_is_on_the_list_or_not_found(unchecked: str):
    assert (codes.lookup(unchecked) is not None) == (unchecked in LISTED)
