"""Create a one-time address for a file. Its secret is returned once and stored as a hash."""

import hashlib
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from tortoise.connection import get_connection

from domain.approvals.trail import record
from domain.database import rows, transaction
from domain.ledger.holders import require_staff
from domain.services import Services
from domain.uploads.kinds import UploadPurpose, UploadState
from domain.uploads.purposes import LIFETIME, TERMS, WAITING_LIMIT
from domain.uploads.reads import Upload
from domain.uploads.refusals import TooManyUploadsError
from domain.viewer import Viewer

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a file: the upload, and the secret, which cannot be read again."""

    upload: Upload
    secret: str = field(repr=False)


def hashed(secret: str) -> bytes:
    """Return the SHA-256 of a secret. It has 256 random bits, so no salt is needed."""
    return hashlib.sha256(secret.encode()).digest()


async def create_upload(services: Services, viewer: Viewer, municipality: int, purpose: UploadPurpose) -> Address:
    """Create an address that accepts one file of the viewer. Raises TooManyUploadsError."""
    await require_staff(municipality, viewer, *TERMS[purpose].relations)
    now = services.clock()
    if await _waiting(municipality, viewer.person_id, services) >= WAITING_LIMIT:
        raise TooManyUploadsError(WAITING_LIMIT)
    secret, key, expires_at = secrets.token_urlsafe(SECRET_BYTES), services.ids.new(), now + LIFETIME
    async with transaction():
        await get_connection("default").execute_query(
            """insert into upload (municipality_id, id, purpose, person_id, token_hash, created_at, expires_at)
              values ($1, $2, $3, $4, $5, $6, $7)""",
            [municipality, key, purpose, viewer.person_id, hashed(secret), now, expires_at],
        )
        await record(
            municipality, viewer, "create_upload", key, purpose.name, None, {"expires_at": expires_at.isoformat()}, now
        )
    upload = Upload(
        municipality=municipality,
        id=key,
        purpose=purpose,
        person=viewer.person_id,
        state=UploadState.WAITING,
        size=0,
        sha256=None,
        expires_at=expires_at,
    )
    return Address(upload, secret)


async def _waiting(municipality: int, person: UUID, services: Services) -> int:
    [row] = await rows(
        f"""select count(*) from upload where municipality_id = $1 and person_id = $2 and expires_at > $3
          and state in ({UploadState.WAITING:d}, {UploadState.ARRIVING:d})""",
        municipality,
        person,
        services.clock(),
    )
    return int(row["count"])
