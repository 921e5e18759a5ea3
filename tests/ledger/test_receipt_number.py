"""Receipt numbers, as they are said over a counter and typed again."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ledger import receipt_number
from domain.ledger.receipt_number import ALPHABET

LOOK_ALIKES = "0O1IL2Z5S8BUV"
NUMBERS = st.integers(0, 2**64 - 1).map(lambda bits: receipt_number.new(lambda _: bits))


def full_width(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else "\u3000" for letter in text)


def test_the_alphabet_has_no_look_alikes():
    assert not set(ALPHABET) & set(LOOK_ALIKES)
    assert len(set(ALPHABET)) == len(ALPHABET) == 23


@given(NUMBERS)
def test_a_new_number_has_a_check_and_reads_back(number: str):
    assert len(number) == 9
    assert set(number) <= set(ALPHABET)
    assert receipt_number.normalise(number) == number
    assert receipt_number.normalise(receipt_number.display(number)) == number


@given(NUMBERS, st.sampled_from("-‐‑–—−－ーｰ \u3000\u00a0"))
def test_hyphens_and_spaces_of_every_keyboard_are_read(number: str, sign: str):
    typed = sign.join((number[:4], number[4:8], number[8:]))
    assert receipt_number.normalise(typed) == number
    assert receipt_number.normalise(f"\u200b{full_width(number.lower())}\ufeff") == number


def test_numbers_are_spread_over_every_symbol_and_place():
    random = Random(1)
    numbers = [receipt_number.new(random.getrandbits) for _ in range(2_000)]
    assert len(set(numbers)) == 2_000
    assert all(set(place) == set(ALPHABET) for place in zip(*numbers, strict=True))


@given(NUMBERS)
def test_every_single_wrong_symbol_is_refused(number: str):
    for place, right in enumerate(number):
        for wrong in (ALPHABET + LOOK_ALIKES).replace(right, ""):
            assert receipt_number.normalise(number[:place] + wrong + number[place + 1 :]) is None


@given(NUMBERS)
def test_every_swap_of_neighbours_is_refused(number: str):
    for place in range(8):
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        assert receipt_number.normalise(swapped) == (number if swapped == number else None)


@given(st.text(ALPHABET, max_size=20).filter(lambda letters: len(letters) != receipt_number.LENGTH))
def test_another_length_is_none_even_with_a_right_check(letters: str):
    assert receipt_number.normalise(letters + receipt_number._check(letters)) is None


def test_it_is_printed_in_groups():
    assert receipt_number.display("A4AR6ED6H") == "A4AR-6ED6-H"


@pytest.mark.parametrize(
    "typed",
    [
        "A4AR6ED6H",
        "a4ar6ed6h",
        "A4AR-6ED6-H",
        "a4ar 6ed6 h",
        "  A4AR6ED6H  ",
        "A-4-A-R-6-E-D-6-H",
        full_width("A4AR6ED6H"),
        full_width("a4ar-6ed6-h"),
        full_width("A4AR 6ED6 H"),
        "A4AR６ｅｄ６h",
    ],
)
def test_people_type_it_in_many_ways(typed: str):
    assert receipt_number.normalise(typed) == "A4AR6ED6H"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "-",
        "A",
        "A4AR6ED6",
        "A4AR6ED6HA",
        "4AR6ED6H",
        "A4AR6ED6HA4AR6ED6H",
        "A4AR_6ED6_H",
        "A4AR6ED6H.",
        "A4AR6ED6\n",
        "A4AR6ED6\0",
        "#A4AR6ED6H",
        "４" * 9 + "円",
        "🪙" * 9,
        "あいうえおかきくけ",
        "A4AR6ED6H" * 10_000,
    ],
)
def test_what_is_no_number_is_none(typed: str):
    assert receipt_number.normalise(typed) is None


@given(st.one_of(st.text(max_size=40), st.text(ALPHABET + "- ", max_size=14)))
def test_whatever_is_typed_is_a_number_or_none(typed: str):
    normalised = receipt_number.normalise(typed)
    assert normalised is None or (len(normalised) == 9 and receipt_number.normalise(normalised) == normalised)


@pytest.mark.parametrize("change", [str.lower, receipt_number.display, full_width, lambda number: f" {number} "])
@given(number=NUMBERS)
def test_every_number_can_be_typed_so(change: Callable[[str], str], number: str):
    assert receipt_number.normalise(change(number)) == number


def test_garbage_far_behind_a_number_is_seen():
    assert receipt_number.normalise("A4AR6ED6H" + " " * 55 + "garbage") is None
