"""What people type, scan and say: receipt numbers, ids, printed codes of stores."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import identifiers
from domain.codes import merchant_code

MERCHANT = merchant_code.merchant_reference(1, 1)
STORE = "7" * merchant_code.STORE_LENGTH


def code() -> str:
    return merchant_code.static_code(
        guid="jp.example.city.coin",
        merchant=MERCHANT,
        store=STORE,
        mcc="5411",
        name="SHIKEN SHOTEN",
        city="IWAMIZAWA",
        postal="0680000",
        name_ja="試験商店",
    )


def test_a_stores_code_reads_back():
    reference = merchant_code.store_of(merchant_code.parse(code()), "jp.example.city.coin")
    assert reference is not None
    assert (reference.municipality_and_merchant, reference.store) == (MERCHANT, STORE)
    assert merchant_code.store_of(merchant_code.parse(code()), "jp.other") is None


def test_one_changed_character_is_refused_wherever_it_is():
    text = code()
    for position, letter in enumerate(text):
        changed = text[:position] + ("1" if letter != "1" else "2") + text[position + 1 :]
        with pytest.raises(merchant_code.InvalidCodeError):
            merchant_code.parse(changed)


@settings(database=None)  # a kept example may be a whole code, which is no failure
@given(
    st.one_of(
        st.text(max_size=600),
        st.integers(0, 200).map(lambda length: code()[: length % len(code())]),
        st.text(max_size=5).map(lambda tail: code() + "x" + tail),
    )
)
def test_whatever_is_scanned_is_a_code_or_is_refused(text: str):
    with pytest.raises(merchant_code.InvalidCodeError):
        merchant_code.parse(text)


@given(st.integers(1, 32_767), st.uuids())
def test_ids_read_back(municipality: int, key: object):
    text = identifiers.encode(identifiers.Prefix.WALLET, municipality, key)  # type: ignore[arg-type]
    assert identifiers.decode(text) == (identifiers.Prefix.WALLET, municipality, key)


@given(st.text(max_size=60))
def test_whatever_is_sent_is_an_id_or_is_refused(text: str):
    try:
        prefix, municipality, key = identifiers.decode(text)
    except identifiers.InvalidIdError:
        return
    assert identifiers.encode(prefix, municipality, key) == text
