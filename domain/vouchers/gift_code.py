"""The numbers of a gift, and the digests in which they are stored.

The serial number names a gift over a counter, the secret number proves possession of it, and the PIN is agreed between
the two people. Serial and PIN are stored as digests under a key that scrypt derives from the secret number and the
row's own salt; the secret is stored as a salted hash. The secret has 130 random bits and cannot be guessed, so only
attempts with it are counted, and a reader of the table can try out neither PINs nor serials. The numbers themselves are
never logged or stored.
"""

import asyncio
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from domain.typed_text import code, narrow

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_SECRET_LETTERS = 26
_SERIAL_DIGITS = 12
SALT_BYTES = 16
PIN_SHORTEST, PIN_LONGEST = 4, 8


@dataclass(frozen=True, slots=True)
class GiftNumbers:
    """The numbers of a gift, returned to its buyer once. Their `repr` shows nothing."""

    serial: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Digests:
    """The salt and the digests that are stored of a gift's numbers and PIN."""

    salt: bytes
    serial: bytes
    secret: bytes
    pin: bytes


def new_numbers() -> GiftNumbers:
    """Draw a serial number of 12 digits, and a secret number of 26 letters and digits without look-alikes."""
    serial = "".join(secrets.choice("0123456789") for _ in range(_SERIAL_DIGITS))
    return GiftNumbers(serial, "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET_LETTERS)))


def is_pin(text: str) -> bool:
    """Return whether a text has the form of a PIN: 4 to 8 digits, of any width."""
    digits = narrow(text)
    return PIN_SHORTEST <= len(digits) <= PIN_LONGEST and digits.isascii() and digits.isdigit()


async def digests(numbers: GiftNumbers, pin: str, salt: bytes | None = None) -> Digests:
    """Compute the digests of numbers and PIN, under a known salt or a new one.

    Runs in a thread, because scrypt takes 50 ms on purpose.
    """
    salted = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    return await asyncio.to_thread(_digests, numbers, pin, salted)


def _digests(numbers: GiftNumbers, pin: str, salt: bytes) -> Digests:
    key = hashlib.scrypt(plain(numbers.secret).encode(), salt=salt, n=2**14, r=8, p=1)
    keyed = {
        name: hmac.digest(key, f"{name}:{text}".encode(), "sha256")
        for name, text in (("serial", plain(numbers.serial)), ("pin", narrow(pin)))
    }
    return Digests(salt, keyed["serial"], _of_secret(numbers, salt), keyed["pin"])


def _of_secret(numbers: GiftNumbers, salt: bytes) -> bytes:
    return hashlib.sha256(salt + b"secret:" + plain(numbers.secret).encode()).digest()


def knows_secret(numbers: GiftNumbers, salt: bytes, digest: bytes) -> bool:
    """Return whether the secret number is right. Cheap, because attempts without it are not limited."""
    return hmac.compare_digest(_of_secret(numbers, salt), digest)


def plain(text: str) -> str:
    """Normalise a typed number: of any width, without hyphens and spaces, in lower case."""
    return code(text).lower()


def same(known: Digests, attempt: Digests) -> bool:
    """Return whether all three digests are equal, in a time that does not reveal which differs."""
    return hmac.compare_digest(known.serial + known.secret + known.pin, attempt.serial + attempt.secret + attempt.pin)
