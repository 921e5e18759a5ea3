"""Merchant-presented codes written by hand: the checksum is the standard library's, not the project's."""

from binascii import crc_hqx
from collections.abc import Sequence

JPQR = (
    "0002016003xxx01021129300012D156000000000510A93FO3230Q31280012D1560000000103081234567826680019jp.or.paymentsjapan"
    "01130000000000001020400010306000001040600000153033925903xxx64180002JA0108メルペイ カフェ520441115802JP610710661436304DEE9"
)
"""A valid code of JPQR, as its profile publishes it."""
Fields = Sequence[tuple[str, str]]


def tlv(tag: str, value: str) -> str:
    """A field: its length counts characters."""
    return f"{tag}{len(value):02d}{value}"


def nested(*fields: tuple[str, str]) -> str:
    """The value of a template."""
    return "".join(tlv(tag, value) for tag, value in fields)


def sealed(fields: Fields) -> str:
    """The code of these fields, in this order, with its checksum over the UTF-8 bytes."""
    text = nested(*fields) + "6304"
    return f"{text}{crc_hqx(text.encode(), 0xFFFF):04X}"


def code_of(
    guid: str, merchant: str, store: str, *, kind: str = "11", amount: str | None = None, more: Fields = ()
) -> str:
    """The code of a store: static or dynamic (11 or 12), with an amount or without."""
    return sealed(
        [
            ("00", "01"),
            ("01", kind),
            ("26", nested(("00", guid), ("01", merchant), ("02", store))),
            ("52", "5411"),
            ("53", "392"),
            *([] if amount is None else [("54", amount)]),
            *more,
            ("58", "JP"),
            ("59", "SHIKEN SHOTEN"),
            ("60", "IWAMIZAWA"),
            ("61", "0680000"),
            ("64", nested(("00", "JA"), ("01", "試験商店"))),
        ]
    )
