"""The text of a store's printed code."""

from domain.codes.merchant_code import static_code
from domain.municipalities.codes import lookup
from domain.municipalities.reads import Municipality
from domain.municipalities.roman import romanised
from domain.stores.reads import Store

CITY_LENGTH = 15
NAME_LENGTH = 25
"""The maximum lengths of EMVCo fields 60 (city) and 59 (name), in characters."""
NO_CITY = "JAPAN"
"""The city of a municipality that is not on the national list."""


def printed_code(guid: str, store: Store, town: Municipality) -> str:
    """Return the static code of a store, without an amount: the payer enters it."""
    national = lookup(town.code)
    city = "" if national is None else romanised(national.name_kana, CITY_LENGTH)
    return static_code(
        guid=guid,
        merchant=store.merchant_code,
        store=store.store_code,
        mcc=store.merchant_category_code,
        name=store.name_roman[:NAME_LENGTH],
        city=city or NO_CITY,
        postal=store.postal_code.replace("-", ""),
        name_ja=store.name[:NAME_LENGTH],
    )
