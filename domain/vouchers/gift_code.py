"""The numbers of a gift, and the only form in which they are kept.

The serial number names a gift over a counter, the secret number proves that somebody was given it, the PIN is agreed
between the two people.
Serial and PIN are kept as digests under a key that scrypt makes of the secret number and the row's own salt, the secret
as a salted hash. The
secret has 130 random bits: nobody guesses it, so only attempts with it are counted, and whoever reads the table can try
neither the few
PINs there are nor the serials. Nothing here is logged or stored as it is.
"""

import asyncio
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_SECRET_LETTERS = 26
_SERIAL_DIGITS = 12
SALT_BYTES = 16
PIN_SHORTEST, PIN_LONGEST = 4, 8


@dataclass(frozen=True, slots=True)
class GiftNumbers:
    """What is told once, to whoever bought the gift. Its text forms show nothing."""

    serial: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Digests:
    """What is kept."""

    salt: bytes
    serial: bytes
    secret: bytes
    pin: bytes


def new_numbers() -> GiftNumbers:
    """A serial number of 12 digits, and a secret number of 26 letters and digits without look-alikes."""
    serial = "".join(secrets.choice("0123456789") for _ in range(_SERIAL_DIGITS))
    return GiftNumbers(serial, "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET_LETTERS)))


def is_pin(text: str) -> bool:
    """4 to 8 digits."""
    return PIN_SHORTEST <= len(text) <= PIN_LONGEST and text.isascii() and text.isdigit()


async def digests(numbers: GiftNumbers, pin: str, salt: bytes | None = None) -> Digests:
    """The digests of numbers and PIN, under a new salt or a known one.

    In a thread of its own: scrypt takes 50 ms on purpose.
    """
    salted = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    return await asyncio.to_thread(_digests, numbers, pin, salted)


def _digests(numbers: GiftNumbers, pin: str, salt: bytes) -> Digests:
    key = hashlib.scrypt(plain(numbers.secret).encode(), salt=salt, n=2**14, r=8, p=1)
    made = {
        name: hmac.digest(key, f"{name}:{text}".encode(), "sha256")
        for name, text in (("serial", plain(numbers.serial)), ("pin", pin))
    }
    return Digests(salt, made["serial"], _of_secret(numbers, salt), made["pin"])


def _of_secret(numbers: GiftNumbers, salt: bytes) -> bytes:
    return hashlib.sha256(salt + b"secret:" + plain(numbers.secret).encode()).digest()


def knows_secret(numbers: GiftNumbers, salt: bytes, digest: bytes) -> bool:
    """Whether the secret number is right; cheap, since strangers may ask as often as they like."""
    return hmac.compare_digest(_of_secret(numbers, salt), digest)


def plain(text: str) -> str:
    """As people type it: without hyphens and spaces, in small letters."""
    return text.replace("-", "").replace(" ", "").lower()


def same(known: Digests, given: Digests) -> bool:
    """Whether all three are right, in a time that does not tell which is wrong."""
    return hmac.compare_digest(known.serial + known.secret + known.pin, given.serial + given.secret + given.pin)
