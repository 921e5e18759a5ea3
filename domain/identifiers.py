"""Identifiers: ascending UUIDv7s, UUIDs derived from machine events, and the public ids of the contract.

A public id is a prefix, an underscore and lower-case Crockford base32 of the municipality (2 bytes) and the key (16
bytes of a UUID, or 1 to 8 bytes of a number). Every id has exactly one text. UUIDv7: RFC 9562, section 5.7.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from uuid import NAMESPACE_OID, UUID, uuid5

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_TO_PYTHON = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")
"""Translates Crockford's digits to those that `int(text, 32)` reads."""
_IS_ID = re.compile(f"[{_ALPHABET}]+")
_UUID_BITS = 143
"""A municipality's short number has 15 bits, as in the database; the 16th bit is never set."""
_UUID_LETTERS = 29
_EVENT_BITS = 207
_EVENT_LETTERS = 42
_NUMBER_SIGN = 2**31


class InvalidIdError(ValueError):
    """The text is not a public id."""


class Prefix(StrEnum):
    """The type of object that a public id names."""

    PERSON = "per"
    WALLET = "wal"
    STORE = "str"
    PAYMENT = "pay"
    JOURNAL = "jrn"
    ASSET = "ast"
    MUNICIPALITY = "mun"
    EVENT = "evt"
    APPROVAL = "apr"
    PROGRAMME = "prg"
    EARNING_RULE = "rul"
    RECEIVE = "rcv"
    VOUCHER_PRODUCT = "vpr"
    VOUCHER_GIFT = "vch"
    UPLOAD = "upl"
    BULK_GRANT = "blk"
    COUPON = "cpn"
    LOT = "lot"
    FUNDING_SOURCE = "fnd"


_PREFIXES = {prefix.value: prefix for prefix in Prefix}
_NUMBERED = {Prefix.ASSET, Prefix.MUNICIPALITY, Prefix.LOT}


class Uuid7:
    """Generates UUIDv7s that ascend within the process; a 12-bit counter orders those of one millisecond."""

    def __init__(self, milliseconds: Callable[[], int], random_bits: Callable[[int], int]) -> None:
        self._milliseconds = milliseconds
        self._random_bits = random_bits
        self._last = 0
        self._counter = 0

    def new(self) -> UUID:
        """Generate the next UUID."""
        now = self._milliseconds()
        if now > self._last:
            self._last, self._counter = now, self._random_bits(10)
        else:
            self._counter += 1
            if self._counter > 0xFFF:  # noqa: PLR2004 - 12 bits
                self._last, self._counter = self._last + 1, 0
        bits = (self._last << 80) | (0x7 << 76) | (self._counter << 64) | (0b10 << 62) | self._random_bits(62)
        return UUID(int=bits)


def derived(namespace: UUID, *parts: str) -> UUID:
    """Derive a UUIDv5 from a namespace and parts, so that the same machine event always has the same key."""
    return uuid5(uuid5(NAMESPACE_OID, str(namespace)), "\x1f".join(parts))


def encode(prefix: Prefix, municipality: int, key: UUID | int) -> str:
    """Encode the public id of a key: a UUID, or a number for assets, lots and municipalities."""
    if isinstance(key, UUID):
        return f"{prefix.value}_{_letters((municipality << 128) | key.int, _UUID_LETTERS)}"
    return f"{prefix.value}_{_letters((municipality << 32) | key, 10)}"


def decode(unchecked: str) -> tuple[Prefix, int, UUID | int]:
    """Decode a public id into prefix, municipality and key; raise InvalidIdError for any other text."""
    name, _, text = unchecked.partition("_")
    prefix = _PREFIXES.get(name)
    if prefix is None or prefix is Prefix.EVENT:
        raise InvalidIdError
    if prefix in _NUMBERED:
        number = _number(text, 10, 47)
        if number & _NUMBER_SIGN:
            raise InvalidIdError
        return prefix, number >> 32, number & (_NUMBER_SIGN - 1)
    number = _number(text, _UUID_LETTERS, _UUID_BITS)
    return prefix, number >> 128, UUID(int=number & (2**128 - 1))


def encode_event(municipality: int, holder: UUID, sequence: int) -> str:
    """Encode the public id of a holder's event."""
    return f"{Prefix.EVENT.value}_{_letters((municipality << 192) | (holder.int << 64) | sequence, _EVENT_LETTERS)}"


def decode_event(unchecked: str) -> tuple[int, UUID, int]:
    """Decode an event id into municipality, holder and sequence; raise InvalidIdError for any other text."""
    name, _, text = unchecked.partition("_")
    if name != Prefix.EVENT.value:
        raise InvalidIdError
    number = _number(text, _EVENT_LETTERS, _EVENT_BITS)
    sequence = number & (2**64 - 1)
    if sequence >= 2**63:
        raise InvalidIdError
    return number >> 192, UUID(int=(number >> 64) & (2**128 - 1)), sequence


def encode_lot(municipality: int, wallet: UUID, lot: int) -> str:
    """Encode the public id of a lot in a wallet: many wallets may have value of one lot."""
    return f"{Prefix.LOT.value}_{_letters((municipality << 192) | (wallet.int << 64) | lot, _EVENT_LETTERS)}"


def decode_lot(unchecked: str) -> tuple[int, UUID | None, int]:
    """Decode a lot's id into municipality, wallet and lot; raise InvalidIdError for any other text.

    Wallet None: an id as it was until November 2026, the same in every wallet. Apps may have kept some.
    """
    name, _, text = unchecked.partition("_")
    if name != Prefix.LOT.value:
        raise InvalidIdError
    if len(text) != _EVENT_LETTERS:
        _, municipality, number = decode(unchecked)
        return municipality, None, int(number)
    number = _number(text, _EVENT_LETTERS, _EVENT_BITS)
    lot = number & (2**64 - 1)
    if lot >= 2**63:
        raise InvalidIdError
    return number >> 192, UUID(int=(number >> 64) & (2**128 - 1)), lot


def _letters(number: int, length: int) -> str:
    pairs = []
    for _ in range((length + 1) // 2):
        pairs.append(_PAIRS[number & 1023])
        number >>= 10
    return "".join(reversed(pairs))[-length:]


def _number(text: str, length: int, bits: int) -> int:
    if len(text) != length or _IS_ID.fullmatch(text) is None:
        raise InvalidIdError
    number = int(text.translate(_TO_PYTHON), 32)
    if number >> bits:
        raise InvalidIdError
    return number
