"""The keys of access tokens: ES256, `<kid>.pem` each, and how a developer's key is told from a town's."""

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

ALGORITHM = "ES256"
DEVELOPMENT_NAME = "development-"
DEVELOPMENT_MARK = "dv"
"""How the thumbprint of a development key begins (RFC 7638). A copy under another name or in another form keeps it."""
COORDINATE_BYTES = 32


class KeyFileError(Exception):
    """A file that holds no key that tokens may be signed with; the text says which and why."""


class Keys:
    """The private keys of a folder; the last by name signs, all of them verify."""

    def __init__(self, folder: Path) -> None:
        """Raises KeyFileError."""
        self._keys = {path.stem: read_key(path) for path in sorted(folder.glob("*.pem"))}
        self.signing = max(self._keys)

    def public(self, kid: str) -> ec.EllipticCurvePublicKey:
        """The public key of a kid; KeyError for one that is not ours."""
        return self._keys[kid].public_key()

    def private(self) -> ec.EllipticCurvePrivateKey:
        """The key that signs."""
        return self._keys[self.signing]

    def jwks(self) -> dict[str, Any]:
        """The key set that `/.well-known/jwks.json` publishes. RFC 7517."""
        keys = self._keys.items()
        return {"keys": [{**_jwk(key), "kid": kid, "alg": ALGORITHM, "use": "sig"} for kid, key in keys]}


def read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The key of a file; KeyFileError, which repeats nothing of it."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        message = f"{path.name} cannot be read ({error.strerror})"
        raise KeyFileError(message) from error
    except (ValueError, TypeError) as error:
        message = f"{path.name} is no private key in PEM without a password"
        raise KeyFileError(message) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        message = f"{path.name} is not a key of the curve P-256, which ES256 signs with"
        raise KeyFileError(message)
    return key


def mistakes_of(folder: Path) -> Iterator[str]:
    """What is wrong with the keys of a folder in production."""
    for path in sorted(folder.glob("*.pem")):
        try:
            key = read_key(path)
        except KeyFileError as error:
            yield str(error)
            continue
        if path.stem.startswith(DEVELOPMENT_NAME) or is_for_development(key):
            yield f"{path.name} is a development key; production must have keys of its own"


def is_for_development(key: ec.EllipticCurvePrivateKey) -> bool:
    """Whether a key has the mark of development. One key in 4,096 has it by chance: its owner makes another."""
    return thumbprint(key).startswith(DEVELOPMENT_MARK)


def thumbprint(key: ec.EllipticCurvePrivateKey) -> str:
    """The thumbprint of the public key. RFC 7638."""
    members = json.dumps(_jwk(key), sort_keys=True, separators=(",", ":"))
    return _base64url(hashlib.sha256(members.encode()).digest())


def make_development_key(folder: Path) -> None:
    """A key for a developer's machine, once; production refuses to start with it, whatever its file is called."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.glob("*.pem")):
        return
    key = ec.generate_private_key(ec.SECP256R1())
    while not is_for_development(key):  # some 4,096 times, a fifth of a second
        key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    unfinished = folder / f"unfinished-{os.getpid()}"
    unfinished.write_bytes(pem)
    unfinished.chmod(0o600)
    try:
        os.link(unfinished, folder / f"{DEVELOPMENT_NAME}1.pem")  # of two processes at once, the first one's key stays
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()


def _jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    point = key.public_key().public_numbers()
    x, y = (_base64url(number.to_bytes(COORDINATE_BYTES, "big")) for number in (point.x, point.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
