"""Reads of uploads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.database import rows
from domain.uploads.kinds import UploadPurpose, UploadState
from domain.uploads.refusals import UnknownUploadError, UploadNotReadyError


@dataclass(frozen=True, slots=True)
class Upload:
    """A file, received or awaited. `size` in bytes. `content` reads its content."""

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
    """Return an upload of a municipality, without checking the viewer; None if there is no such upload."""
    upload_rows = await rows(_UPLOAD + "where municipality_id = $1 and id = $2", municipality, upload)
    return _of(upload_rows[0]) if upload_rows else None


async def received(municipality: int, upload_id: UUID, person: UUID, purpose: UploadPurpose) -> tuple[Upload, bytes]:
    """Return an upload that the person has sent for a purpose, and its SHA-256.

    Raises UnknownUploadError and UploadNotReadyError.
    """
    upload = await by_id(municipality, upload_id)
    if upload is None or upload.person != person or upload.purpose is not purpose:
        raise UnknownUploadError
    if upload.state is not UploadState.RECEIVED or upload.sha256 is None:
        raise UploadNotReadyError(upload.state.name)
    return upload, upload.sha256


async def content(municipality: int, upload: UUID) -> bytes:
    """Return the whole file, which is at most as large as its purpose allows."""
    chunks = await rows(
        "select content from upload_chunk where municipality_id = $1 and upload_id = $2 order by number",
        municipality,
        upload,
    )
    return b"".join(chunk["content"] for chunk in chunks)


async def to_erase(now: datetime, arriving_since: datetime) -> list[tuple[int, UUID]]:
    """Return a page of uploads to erase: past the municipality's retention period, or never completed."""
    upload_rows = await rows(_TO_ERASE, now, arriving_since, ERASED_PAGE)
    return [(row["municipality_id"], row["id"]) for row in upload_rows]


def _of(row: dict[str, Any]) -> Upload:
    return Upload(
        municipality=row["municipality_id"],
        id=row["id"],
        purpose=UploadPurpose(row["purpose"]),
        person=row["person_id"],
        state=UploadState(row["state"]),
        size=row["bytes"],
        sha256=row["sha256"],
        expires_at=row["expires_at"],
    )
