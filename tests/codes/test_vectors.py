"""The vectors of the standard (EMVCo merchant-presented mode, and JPQR's profile of it), valid and invalid, written out."""

import pytest

from domain.codes.merchant_code import (
    InvalidCodeError,
    StoreReference,
    crc16,
    dynamic_code,
    is_jpqr,
    parse,
    static_code,
)
from domain.codes.merchant_code import store_of as reference_of
from tests.support.emvco import JPQR, Fields, nested, sealed

GUID = "jp.example.city.coin"
STATIC = (
    "00020101021126430020jp.example.city.coin0108M00001230203S015204541153033925802JP5915MARUMARU SHOTEN6011EXAMPLE-SHI"
    "6107372000064160002JA0106まるまる商店63049CDF"
)
DYNAMIC = (
    "00020101021226430020jp.example.city.coin0108M00001230203S01520454115303392540412005802JP5915MARUMARU SHOTEN"
    "6011EXAMPLE-SHI6107372000062210511PR01JABCDEF0702T164160002JA0106まるまる商店6304E753"
)


def test_the_check_value_of_the_checksum():
    assert crc16("123456789") == "29B1"


@pytest.mark.parametrize(("text", "checksum"), [(JPQR, "DEE9"), (STATIC, "9CDF"), (DYNAMIC, "E753")])
def test_the_checksum_covers_the_bytes_in_utf_8(text: str, checksum: str):
    assert crc16(text[:-4]) == checksum
    assert not text.isascii(), "lengths count characters, the checksum covers bytes"


def test_a_jpqr_code_of_another_scheme():
    code = parse(JPQR)
    assert (code.dynamic, code.amount, code.name, code.city, code.merchant_category_code) == (
        False,
        None,
        "xxx",
        "xxx",
        "4111",
    )
    assert code.name_ja == "メルペイ カフェ"
    assert code.templates["jp.or.paymentsjapan"] == {
        "00": "jp.or.paymentsjapan",
        "01": "0000000000001",
        "02": "0001",
        "03": "000001",
        "04": "000001",
    }
    assert set(code.templates) == {"D15600000000", "D15600000001", "jp.or.paymentsjapan"}
    assert is_jpqr(code)
    assert reference_of(code, GUID) is None


def test_a_stores_static_code():
    code = parse(STATIC)
    assert (code.dynamic, code.amount, code.name, code.city) == (False, None, "MARUMARU SHOTEN", "EXAMPLE-SHI")
    assert (code.name_ja, code.additional, is_jpqr(code)) == ("まるまる商店", {}, False)
    assert reference_of(code, GUID) == StoreReference("M0000123", "S01")


def test_a_tills_dynamic_code_of_1_200_yen():
    code = parse(DYNAMIC)
    assert (code.dynamic, code.amount, code.name) == (True, 1_200, "MARUMARU SHOTEN")
    assert code.additional == {"05": "PR01JABCDEF", "07": "T1"}
    assert reference_of(code, GUID) == StoreReference("M0000123", "S01")


def test_what_is_written_is_the_vector():
    facts = {
        "guid": GUID,
        "merchant": "M0000123",
        "store": "S01",
        "mcc": "5411",
        "name": "MARUMARU SHOTEN",
        "city": "EXAMPLE-SHI",
        "postal": "3720000",
        "name_ja": "まるまる商店",
    }
    assert static_code(**facts) == STATIC
    assert dynamic_code(**facts, amount=1_200, reference="PR01JABCDEF", terminal="T1") == DYNAMIC


FIELDS = {
    "00": "01",
    "26": nested(("00", GUID), ("01", "M0000123"), ("02", "S01")),
    "52": "5411",
    "53": "392",
    "58": "JP",
    "59": "MARUMARU SHOTEN",
    "60": "EXAMPLE-SHI",
    "64": nested(("00", "JA"), ("01", "まるまる商店")),
}


def fields(**changed: str | None) -> Fields:
    """The fields in the order of their tags; `t54="500"` sets one, None leaves it out."""
    merged = FIELDS | {tag[1:]: value for tag, value in changed.items()}
    return [(tag, value) for tag, value in sorted(merged.items()) if value is not None]


def test_fields_between_the_first_and_the_last_stand_in_any_order():
    first, *rest = fields()
    code = parse(sealed([first, *reversed(rest)]))
    assert reference_of(code, GUID) == StoreReference("M0000123", "S01")


@pytest.mark.parametrize("tag", ["26", "27", "38", "51"])
def test_a_template_may_have_any_tag_from_26_to_51(tag: str):
    code = parse(sealed(fields(**{"t26": None, f"t{tag}": FIELDS["26"]})))
    assert reference_of(code, GUID) == StoreReference("M0000123", "S01")


@pytest.mark.parametrize(("amount", "read"), [("1", 1), ("500", 500), ("0500", 500), ("9" * 13, 9_999_999_999_999)])
def test_amounts(amount: str, read: int):
    assert parse(sealed(fields(t54=amount))).amount == read


def test_a_name_in_another_language_is_not_the_japanese_one():
    assert parse(sealed(fields(t64=nested(("00", "EN"), ("01", "Marumaru"))))).name_ja is None
    assert parse(sealed(fields(t64=None))).name_ja is None


@pytest.mark.parametrize("kind", ["", "10", "13", "1", "１１"])
def test_a_code_is_static_or_dynamic(kind: str):
    assert refused(sealed(fields(t01=kind))) == "BAD_KIND"


@pytest.mark.parametrize("tag", ["52", "53", "58", "59", "60", "26"])
def test_what_must_be_there(tag: str):
    assert refused(sealed(fields(**{f"t{tag}": None}))) == "MISSING_TAG"


@pytest.mark.parametrize("amount", ["", "0", "000", "-5", "+5", "5.00", "1,200", "1e3", " 5", "５００", "9" * 14])
def test_amounts_that_are_none(amount: str):
    assert refused(sealed(fields(t54=amount))) == "BAD_AMOUNT"


@pytest.mark.parametrize("fee", [{"t55": "01"}, {"t55": "02", "t56": "100"}, {"t55": "03", "t57": "10"}])
def test_a_fee_on_top_is_not_left_out_of_what_is_paid(fee: dict[str, str]):
    assert refused(sealed(fields(t54="500", **fee))) == "FEE"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "NOT_EMVCO"),
        ("https://example.com/pay", "NOT_EMVCO"),
        (sealed(fields(t00="02")), "NOT_EMVCO"),
        (sealed([*fields()[1:], ("00", "01")]), "NOT_EMVCO"),
        (STATIC[:-1], "BAD_LENGTH"),
        (STATIC + "0", "BAD_LENGTH"),
        (STATIC[:-4] + "0000", "BAD_CRC"),
        (STATIC.replace("まるまる商店", "まるまる商會"), "BAD_CRC"),
        (DYNAMIC.replace("5404" + "1200", "5404" + "0005"), "BAD_CRC"),
        (STATIC[:-8], "MISSING_TAG"),
        (sealed(fields()) + "8003abc", "BAD_CRC"),
        (sealed([*fields(), ("59", "ANOTHER")]), "DUPLICATE_TAG"),
        (sealed(fields(t53="840")), "BAD_CURRENCY"),
        (sealed(fields(t58="US")), "BAD_COUNTRY"),
        (sealed(fields(t26="0020jp.example")), "BAD_LENGTH"),
        (sealed([*fields(), ("80", "あ" * 99), ("81", "あ" * 99), ("82", "あ" * 99), ("83", "あ" * 99)]), "TOO_LONG"),
    ],
)
def test_what_is_no_code(text: str, reason: str):
    assert refused(text) == reason


@pytest.mark.parametrize(("merchant", "store"), [("M000012", "S01"), ("M0000123", "S1"), ("", "S01"), ("M0000123", "")])
def test_our_template_with_a_reference_of_another_form(merchant: str, store: str):
    code = parse(sealed(fields(t26=nested(("00", GUID), ("01", merchant), ("02", store)))))
    with pytest.raises(InvalidCodeError, match="BAD_TEMPLATE"):
        reference_of(code, GUID)


def refused(text: str) -> str:
    with pytest.raises(InvalidCodeError) as refusal:
        parse(text)
    return refusal.value.reason
