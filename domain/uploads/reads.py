"""Uploads, as others see them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.database import rows
from domain.uploads.kinds import UploadPurpose, UploadState
from domain.uploads.refusals import UnknownUploadError, UploadNotReadyError


@dataclass(frozen=True, slots=True)
class Upload:
    """A file, sent or still to be sent; `size` in bytes. Its content is read apart."""

    municipality: int
    id: UUID
    purpose: UploadPurpose
    person: UUID
    state: UploadState
    size: int
    sha256: bytes | None
    expires_at: datetime


_UPLOAD = "select municipality_id, id, purpose, person_id, state, bytes, sha256, expires_at from upload "
_TO_ERASE = f"""select u.municipality_id, u.id from upload u join municipality m on m.id = u.municipality_id
  where u.state <> {UploadState.ERASED:d}
  and ((u.state = {UploadState.RECEIVED:d} and u.received_at + make_interval(days => m.upload_retention_days) <= $1)
    or (u.state <> {UploadState.RECEIVED:d} and u.expires_at <= $2))
  order by 1, 2 limit $3"""
ERASED_PAGE = 100


async def by_id(municipality: int, upload: UUID) -> Upload | None:
    """One upload of a town, whoever asks."""
    found = await rows(_UPLOAD + "where municipality_id = $1 and id = $2", municipality, upload)
    return _of(*found[0].values()) if found else None


async def received(municipality: int, upload: UUID, person: UUID, purpose: UploadPurpose) -> tuple[Upload, bytes]:
    """A file that the person has sent for this, and its SHA-256. UnknownUploadError, UploadNotReadyError."""
    found = await by_id(municipality, upload)
    if found is None or found.person != person or found.purpose is not purpose:
        raise UnknownUploadError
    if found.state is not UploadState.RECEIVED or found.sha256 is None:
        raise UploadNotReadyError(found.state.name)
    return found, found.sha256


async def content(municipality: int, upload: UUID) -> bytes:
    """The whole file, at most what its purpose allows."""
    found = await rows(
        "select content from upload_chunk where municipality_id = $1 and upload_id = $2 order by number",
        municipality,
        upload,
    )
    return b"".join(row["content"] for row in found)


async def to_erase(now: datetime, arriving_since: datetime) -> list[tuple[int, UUID]]:
    """A page of uploads to be erased: kept for the town's days, or never arrived whole."""
    found = await rows(_TO_ERASE, now, arriving_since, ERASED_PAGE)
    return [(row["municipality_id"], row["id"]) for row in found]


def _of(
    municipality: int,
    key: UUID,
    purpose: int,
    person: UUID,
    state: int,
    size: int,
    sha256: bytes | None,
    expires_at: datetime,
) -> Upload:
    return Upload(municipality, key, UploadPurpose(purpose), person, UploadState(state), size, sha256, expires_at)
