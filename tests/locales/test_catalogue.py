"""Which language a client gets, and what its messages say."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.locales import catalogue
from domain.locales.catalogue import choose, message


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("en", "en"),
        ("ja", "ja"),
        ("EN", "en"),
        ("en-GB", "en"),
        ("ja-JP", "ja"),
        ("ja,en", "ja"),
        ("en,ja", "en"),
        ("ja-JP,ja;q=0.9,en-US;q=0.8,en;q=0.7", "ja"),
        ("en-US,en;q=0.9,ja;q=0.8", "en"),
        ("ja;q=0.8,en;q=0.9", "en"),
        ("en;q=0.899,ja;q=0.9", "ja"),
        ("en; q=0.1 , ja; q=0.2", "ja"),
        ("ja;q=0.5, en;q=1", "en"),
        ("ja;q=0.5, en;q=1.000", "en"),
        ("fr-FR, de;q=0.9, en;q=0.1", "en"),
        ("en;q=0.001", "en"),
    ],
)
def test_the_language_that_is_liked_best(header: str, locale: str):
    assert choose(header) == locale


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        " ",
        ",",
        ",,;",
        "*",
        "fr",
        "zh-CN,ko;q=0.9",
        "en;q=0",
        "en;q=0.000",
        "english",
        "e n",
        "-en",
        "*;q=0.5",
    ],
)
def test_japanese_otherwise(header: str | None):
    assert choose(header) == "ja"


def test_a_language_that_is_not_wanted_is_not_taken():
    assert choose("ja;q=0, en") == "en"
    assert choose("en;q=0, ja") == "ja"
    assert choose("en;q=0, fr;q=1") == "ja"


@pytest.mark.parametrize("quality", ["", "q", "q=", "q=x", "q=-1", "q=2", "q=0.1234", "q=1e3", "level=1", ";;q=0"])
def test_a_malformed_quality_is_as_none(quality: str):
    assert choose(f"en;{quality}") == "en"


@given(st.one_of(st.text(max_size=300), st.text("enja*-,;q=.01 ", max_size=300)))
def test_whatever_is_sent_is_one_of_our_languages(header: str):
    assert choose(header) in catalogue.LOCALES


def test_of_a_very_long_header_only_the_beginning_is_read():
    assert choose("fr, " * 20 + "en") == "en"
    assert choose("fr, " * 60 + "en") == "ja"
    assert choose("fr, " * 100_000 + "en") == "ja"
    assert choose("en, " + "fr, " * 100_000) == "en"


def test_a_message_is_filled_and_amounts_are_written_as_people_read_them():
    assert message("INSUFFICIENT_BALANCE", "ja", available=1_234_567).startswith(
        "残高が足りません。いまお使いいただけるのは1,234,567円です。"
    )
    assert message("INSUFFICIENT_BALANCE", "en", available=1_234_567).startswith(
        "Not enough balance: 1,234,567 yen can be spent now."
    )
    assert (
        message("AMOUNT_OUT_OF_RANGE", "en", minimum=1, maximum=300_000) == "Enter an amount from 1 yen to 300,000 yen."
    )
    assert message("NOTE_TOO_LONG", "en", maximum=200) == "A note has at most 200 characters."
    assert "A4AR-6ED6-H" in message("POSSIBLE_DUPLICATE", "ja", receipt_number="A4AR-6ED6-H")


@pytest.mark.parametrize(
    ("amount", "japanese", "english"),
    [(0, "0円", "0 yen"), (999, "999円", "999 yen"), (-1_000, "-1,000円", "-1,000 yen")],
)
def test_yen(amount: int, japanese: str, english: str):
    assert (catalogue.yen(amount, "ja"), catalogue.yen(amount, "en")) == (japanese, english)


def test_what_fills_a_message_is_not_filled_again():
    assert "{maximum}" in message("POSSIBLE_DUPLICATE", "en", receipt_number="{maximum}", maximum=7)


def test_a_language_that_is_not_there_is_japanese():
    assert message("REFUND_EXCEEDS", "fr", refundable=5_000) == message("REFUND_EXCEEDS", "ja", refundable=5_000)


@pytest.mark.parametrize("locale", catalogue.LOCALES)
def test_an_unknown_code_and_missing_data_are_mistakes_of_ours(locale: str):
    with pytest.raises(KeyError):
        message("NO_SUCH_CODE", locale)
    with pytest.raises(KeyError):
        message("INSUFFICIENT_BALANCE", locale)


@pytest.mark.parametrize("locale", catalogue.LOCALES)
def test_a_code_has_one_message(locale: str):
    """Of two lines with one code the later one would win, without a word."""
    text = Path(catalogue.__file__).with_name(f"{locale}.json").read_text(encoding="utf-8")
    codes = json.loads(text, object_pairs_hook=lambda pairs: [code for code, _ in pairs])
    assert sorted(codes) == sorted(set(codes))


def test_a_catalogue_that_is_handed_out_changes_nothing():
    catalogue.codes("ja").clear()
    assert catalogue.codes("ja")


@pytest.mark.parametrize(
    ("header", "locale"),
    [("en;Q=0.1, ja;q=0.5", "ja"), ("en ;q=0.9", "en"), ("en;q=0.1, *;q=0.9", "ja"), ("," * 100 + "en;q=0.001", "en")],
)
def test_what_the_rfc_allows(header: str, locale: str):
    assert choose(header) == locale
