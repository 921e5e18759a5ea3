"""Access tokens: signed by a key that `kid` names, verified once and remembered until they expire."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

import jwt

from api.keys import ALGORITHM, Keys
from domain.access.access import Access
from domain.viewer import Role, Viewer

ISSUER = "meguru"
AUDIENCE = "meguru-api"
REMEMBERED = 20_000
LONGEST_DEVICE = 64
LONGEST_TOKEN = 4_096
"""Characters; longer ones are not looked at."""
LONGEST_LIFE = 86_400
"""Seconds from issue to expiry."""


class InvalidTokenError(Exception):
    """A token that is malformed, expired, of another issuer, or of a session that was ended."""

    reason = "SIGN_IN_AGAIN"
    """What helps, in `extensions.reason` and as the name of a socket's close code."""


class ExpiredTokenError(InvalidTokenError):
    """A token that was valid until its time was over: a new one of the same session is taken."""

    reason = "TOKEN_EXPIRED"


class EndedSessionError(InvalidTokenError):
    """A token of a session that was ended: the person must sign in again."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a token says once its signature is checked. `expires_at` in Unix seconds."""

    viewer: Viewer
    session_version: int
    expires_at: int


class Tokens:
    """Issues and verifies tokens. `longest_life`: seconds from issue to expiry; a token that claims more is refused."""

    def __init__(self, keys: Keys, longest_life: int = LONGEST_LIFE) -> None:
        self.keys = keys
        self._longest_life = longest_life
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
            if int(claims["exp"]) - int(claims["iat"]) > self._longest_life:
                raise InvalidTokenError
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
