"""Receive codes: the text that a counter scans or types to give a wallet something. It names no wallet by itself.

A code carries its municipality and 122 random bits. Whose it is stands in a table: see `domain/residents`.
"""

from uuid import UUID

from domain.codes.refusals import InvalidCodeError
from domain.identifiers import InvalidIdError, Prefix, decode, encode
from domain.typed_text import code as typed_code

_LOOK_ALIKES = str.maketrans("oil", "011")
"""Letters that the alphabet of codes does not have, read as the digits that they look like."""


def text_of(municipality: int, code: UUID) -> str:
    """Return the text of a code."""
    return encode(Prefix.RECEIVE, municipality, code)


def read(typed: str) -> tuple[int, UUID]:
    """Return municipality and key of a code, scanned or typed in any width and case. InvalidCodeError."""
    try:
        name, line, letters = typed_code(typed).lower().partition("_")
        prefix, municipality, key = decode(name + line + letters.translate(_LOOK_ALIKES))
    except InvalidIdError as error:
        raise InvalidCodeError("NOT_A_CODE") from error
    if prefix is not Prefix.RECEIVE or not isinstance(key, UUID):
        raise InvalidCodeError("NOT_A_RECEIVE_CODE")
    return municipality, key
