"""Access tokens: ES256, a key set with `kid`, verified once and remembered until they expire."""

import os
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from domain.access.access import Access
from domain.viewer import Role, Viewer

ISSUER = "meguru"
AUDIENCE = "meguru-api"
ALGORITHM = "ES256"
REMEMBERED = 20_000
LONGEST_DEVICE = 64
LONGEST_TOKEN = 4_096
"""Characters; longer ones are not looked at."""


class InvalidTokenError(Exception):
    """A token that is malformed, expired, of another issuer, or of a session that was ended."""


class ExpiredTokenError(InvalidTokenError):
    """A token that was valid until its time was over: a new one of the same session is taken."""


class EndedSessionError(InvalidTokenError):
    """A token of a session that was ended: the person must sign in again."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a token says once its signature is checked. `expires_at` in Unix seconds."""

    viewer: Viewer
    session_version: int
    expires_at: int


class Keys:
    """The private keys of a folder, `<kid>.pem` each; the last by name signs, all of them verify."""

    def __init__(self, folder: Path) -> None:
        self._keys: dict[str, ec.EllipticCurvePrivateKey] = {}
        for path in sorted(folder.glob("*.pem")):
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
            if not isinstance(key, ec.EllipticCurvePrivateKey):
                message = f"{path.name} is not an EC key"
                raise TypeError(message)
            self._keys[path.stem] = key
        self.signing = max(self._keys)

    def public(self, kid: str) -> ec.EllipticCurvePublicKey:
        """The public key of a kid; KeyError for one that is not ours."""
        return self._keys[kid].public_key()

    def private(self) -> ec.EllipticCurvePrivateKey:
        """The key that signs."""
        return self._keys[self.signing]

    def jwks(self) -> dict[str, Any]:
        """The key set that `/.well-known/jwks.json` publishes. RFC 7517."""
        keys = []
        for kid, key in self._keys.items():
            public = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
            keys.append({**public, "kid": kid, "alg": ALGORITHM, "use": "sig"})
        return {"keys": keys}


def make_development_key(folder: Path) -> None:
    """A key for a developer's machine, once; production refuses to start with it."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.glob("*.pem")):
        return
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    unfinished = folder / f"unfinished-{os.getpid()}"
    unfinished.write_bytes(pem)
    unfinished.chmod(0o600)
    try:
        os.link(unfinished, folder / "development-1.pem")  # of two processes at once, the first one's key stays
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()


class Tokens:
    """Issues and verifies tokens."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self._known: OrderedDict[str, Verified] = OrderedDict()

    def issue(self, person: UUID, roles: frozenset[Role], seconds: int, version: int = 0) -> str:
        """A token of a person, valid for some seconds."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(person),
            "roles": sorted(roles),
            "sv": version,
            "iat": now,
            "exp": now + seconds,
        }
        return jwt.encode(claims, self.keys.private(), ALGORITHM, headers={"kid": self.keys.signing})

    async def verify(self, token: str, access: Access) -> Verified:
        """Who a token says is asking; InvalidTokenError, AccessUnknownError."""
        verified = self._known.get(token)
        if verified is None:
            verified = self._verified(token)
            self._known[token] = verified
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        await require_session(verified, access)
        return verified

    def _verified(self, token: str) -> Verified:
        if len(token) > LONGEST_TOKEN:
            raise InvalidTokenError
        try:
            kid = jwt.get_unverified_header(token)["kid"]
            claims = jwt.decode(
                token,
                self.keys.public(kid),
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                options={"require": ["exp", "sub", "iat"]},
            )
            roles = frozenset(Role(role) for role in claims["roles"])
            device = claims.get("did")
            viewer = Viewer(UUID(claims["sub"]), roles, device=None if device is None else str(device)[:LONGEST_DEVICE])
            return Verified(viewer, int(claims["sv"]), int(claims["exp"]))
        except jwt.ExpiredSignatureError as error:
            raise ExpiredTokenError from error
        except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise InvalidTokenError from error


async def require_session(verified: Verified, access: Access) -> None:
    """Raise ExpiredTokenError or EndedSessionError once a token or its session has ended; AccessUnknownError."""
    if verified.expires_at <= time.time():
        raise ExpiredTokenError
    if await access.session_version(verified.viewer.person_id) != verified.session_version:
        raise EndedSessionError
