"""EMVCo merchant-presented QR codes: parse, verify and write.

A code is TLV text: a tag of 2 digits, a length of 2 digits in characters, a value. The checksum in tag `63` covers the
UTF-8 bytes.
Source: EMV QR Code Specification for Payment Systems, merchant-presented mode; JPQR's profile of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

LONGEST = 512
"""The maximum length of a code, in characters."""
JPQR_GUID = "jp.or.paymentsjapan"
JPQR_LENGTHS = MappingProxyType({"01": 13, "02": 4, "03": 6, "04": 6})
TEMPLATES = range(26, 52)
CURRENCY_YEN = "392"
MERCHANT_LENGTH = 8
STORE_LENGTH = 3
AMOUNT_LENGTH = 13
_MANDATORY = ("00", "52", "53", "58", "59", "60", "63")
_ACCOUNTS = frozenset(f"{tag:02d}" for tag in range(2, 52))
_FEES = frozenset({"55", "56", "57"})
_STATIC, _DYNAMIC = "11", "12"


class InvalidCodeError(ValueError):
    """The text is not a valid code. `reason` is a stable word for logs."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class MerchantCode:
    """A verified code.

    templates: by globally unique identifier. amount: in yen; None if the payer enters it.
    """

    dynamic: bool
    templates: Mapping[str, Mapping[str, str]]
    merchant_category_code: str
    amount: int | None
    name: str
    city: str
    additional: Mapping[str, str]
    name_ja: str | None


@dataclass(frozen=True, slots=True)
class StoreReference:
    """The reference of a store in our own template: field 01 (municipality and merchant) and field 02 (store)."""

    municipality_and_merchant: str
    store: str


def crc16(text: str) -> str:
    """Return the CRC-16/CCITT-FALSE of the UTF-8 bytes as 4 upper-case hexadecimal digits."""
    value = 0xFFFF
    for byte in text.encode():
        value ^= byte << 8
        for _ in range(8):
            value = ((value << 1) ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return f"{value:04X}"


def parse(unchecked: str) -> MerchantCode:
    """Parse and verify a code; raise InvalidCodeError for any other text."""
    if len(unchecked) > LONGEST:
        raise InvalidCodeError("TOO_LONG")
    if not unchecked.startswith("000201"):
        raise InvalidCodeError("NOT_EMVCO")
    fields = _fields(unchecked)
    if any(tag not in fields for tag in _MANDATORY) or _ACCOUNTS.isdisjoint(fields):
        raise InvalidCodeError("MISSING_TAG")
    if list(fields)[-1] != "63" or len(fields["63"]) != 4:  # noqa: PLR2004 - 4 hexadecimal digits
        raise InvalidCodeError("BAD_CRC")
    if crc16(unchecked[:-4]) != fields["63"].upper():
        raise InvalidCodeError("BAD_CRC")
    if fields["53"] != CURRENCY_YEN:
        raise InvalidCodeError("BAD_CURRENCY")
    if fields["58"] != "JP":
        raise InvalidCodeError("BAD_COUNTRY")
    if not _FEES.isdisjoint(fields):  # a tip or fee on top of the amount would be left out of what is paid
        raise InvalidCodeError("FEE")
    return MerchantCode(
        dynamic=_is_dynamic(fields),
        templates=_templates(fields),
        merchant_category_code=fields["52"],
        amount=_amount(fields.get("54")),
        name=fields["59"],
        city=fields["60"],
        additional=_fields(fields.get("62", "")),
        name_ja=_name_in_japanese(_fields(fields.get("64", ""))),
    )


def store_of(code: MerchantCode, guid: str) -> StoreReference | None:
    """Return the store reference in our own template; None for a code of another scheme.

    Raises InvalidCodeError if the template is malformed.
    """
    own = code.templates.get(guid)
    if own is None:
        return None
    merchant, store = own.get("01", ""), own.get("02", "")
    if len(merchant) != MERCHANT_LENGTH or len(store) != STORE_LENGTH:
        raise InvalidCodeError("BAD_TEMPLATE")
    return StoreReference(merchant, store)


def is_jpqr(code: MerchantCode) -> bool:
    """Whether a code has a JPQR template with fields of the required lengths."""
    template = code.templates.get(JPQR_GUID, {})
    return bool(template) and all(len(template.get(tag, "")) == length for tag, length in JPQR_LENGTHS.items())


def static_code(
    *, guid: str, merchant: str, store: str, mcc: str, name: str, city: str, postal: str, name_ja: str
) -> str:
    """Return the code that a store prints, without an amount: the payer enters it."""
    return _sealed(_head(_STATIC, guid, merchant, store, mcc) + _tail(name, city, postal, "", name_ja))


def dynamic_code(
    *,
    guid: str,
    merchant: str,
    store: str,
    mcc: str,
    name: str,
    city: str,
    postal: str,
    name_ja: str,
    amount: int,
    reference: str,
    terminal: str,
) -> str:
    """Return the code that a till shows for one payment. Amount in yen."""
    additional = _tlv("62", _tlv("05", reference) + _tlv("07", terminal))
    head = _head(_DYNAMIC, guid, merchant, store, mcc) + _tlv("54", str(amount))
    return _sealed(head + _tail(name, city, postal, additional, name_ja))


def merchant_reference(municipality: int, number: int) -> str:
    """Return field 01 of our own template: `M`, the municipality's short number and the merchant's, in base 36."""
    return f"M{_base36(municipality, 3)}{_base36(number, 4)}"


def merchant_number(reference: str) -> int:
    """Return the merchant's number of field 01 of our own template."""
    return int(reference[-4:], 36)


def _base36(number: int, length: int) -> str:
    letters = ""
    for _ in range(length):
        number, digit = divmod(number, 36)
        letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + letters
    return letters


def _head(kind: str, guid: str, merchant: str, store: str, mcc: str) -> str:
    template = _tlv("26", _tlv("00", guid) + _tlv("01", merchant) + _tlv("02", store))
    return _tlv("00", "01") + _tlv("01", kind) + template + _tlv("52", mcc) + _tlv("53", CURRENCY_YEN)


def _tail(name: str, city: str, postal: str, additional: str, name_ja: str) -> str:
    places = _tlv("58", "JP") + _tlv("59", name) + _tlv("60", city) + (_tlv("61", postal) if postal else "")
    return places + additional + _tlv("64", _tlv("00", "JA") + _tlv("01", name_ja))


def _sealed(text: str) -> str:
    return text + "6304" + crc16(text + "6304")


def _tlv(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"


def _fields(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for tag, value in _walk(text):
        if tag in fields:
            raise InvalidCodeError("DUPLICATE_TAG")
        fields[tag] = value
    return fields


def _walk(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + 4]
        if not (_digits(tag) and _digits(length)) or at + 4 + int(length) > len(text):
            raise InvalidCodeError("BAD_LENGTH")
        yield tag, text[at + 4 : at + 4 + int(length)]
        at += 4 + int(length)


def _digits(text: str) -> bool:
    return len(text) == 2 and text.isascii() and text.isdigit()  # noqa: PLR2004 - ids and lengths have 2 digits


def _is_dynamic(fields: Mapping[str, str]) -> bool:
    kind = fields.get("01", _STATIC)
    if kind not in {_STATIC, _DYNAMIC}:
        raise InvalidCodeError("BAD_KIND")
    return kind == _DYNAMIC


def _templates(fields: Mapping[str, str]) -> dict[str, dict[str, str]]:
    templates: dict[str, dict[str, str]] = {}
    for tag in TEMPLATES:
        value = fields.get(str(tag))
        if value is None:
            continue
        template = _fields(value)
        if "00" in template:
            templates.setdefault(template["00"], template)
    return templates


def _name_in_japanese(language: Mapping[str, str]) -> str | None:
    return language.get("01") if language.get("00") == "JA" else None


def _amount(text: str | None) -> int | None:
    if text is None:
        return None
    # Yen have no decimals; a code without an amount has no such field, so 0 is none.
    if not (text.isascii() and text.isdigit() and len(text) <= AMOUNT_LENGTH and int(text)):
        raise InvalidCodeError("BAD_AMOUNT")
    return int(text)
