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

from domain.residents.reads import session_version
from domain.viewer import Role, Viewer

ISSUER = "meguru"
AUDIENCE = "meguru-api"
ALGORITHM = "ES256"
REMEMBERED = 20_000
SESSION_SECONDS = 10.0
LONGEST_DEVICE = 64
LONGEST_TOKEN = 4_096
"""Characters; longer ones are not looked at."""


class InvalidTokenError(Exception):
    """A token that is malformed, expired, of another issuer, or of a session that was ended."""


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
        self._sessions: OrderedDict[UUID, tuple[float, int | None]] = OrderedDict()

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

    async def verify(self, token: str) -> Verified:
        """Who a token says is asking; InvalidTokenError."""
        verified = self._known.get(token)
        if verified is None:
            verified = self._verified(token)
            self._known[token] = verified
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        if verified.expires_at <= time.time():
            raise InvalidTokenError
        if await self._session(verified.viewer.person_id) != verified.session_version:
            raise InvalidTokenError
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
        except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise InvalidTokenError from error

    async def _session(self, person: UUID) -> int | None:
        now = time.monotonic()
        known = self._sessions.get(person)
        if known is None or now - known[0] > SESSION_SECONDS:
            known = self._sessions[person] = (now, await session_version(person))
            if len(self._sessions) > REMEMBERED:
                self._sessions.popitem(last=False)
        return known[1]
