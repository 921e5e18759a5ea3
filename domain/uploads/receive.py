"""Receive a file, once per address, in chunks, so that a process buffers little of it."""

import hashlib
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection

from domain.database import rows
from domain.services import Services
from domain.uploads import reads
from domain.uploads.create import hashed
from domain.uploads.kinds import UploadState
from domain.uploads.purposes import CHUNK_BYTES, TERMS, Terms
from domain.uploads.reads import Upload


class NotTaken(Enum):
    """The reason why an address accepts no file."""

    UNKNOWN = auto()
    """There is no such address, or it belongs to another person."""
    USED = auto()
    EXPIRED = auto()


async def look_up(services: Services, municipality: int, key: UUID, secret: str, person: UUID) -> Upload | NotTaken:
    """Return the upload of an address, or the reason why it accepts no file.

    For another person the answer is UNKNOWN in every case.
    """
    upload_rows = await rows(
        "select token_hash = $3 as fits from upload where municipality_id = $1 and id = $2",
        municipality,
        key,
        hashed(secret),
    )
    upload = await reads.by_id(municipality, key) if upload_rows and upload_rows[0]["fits"] else None
    if upload is None or upload.person != person:
        return NotTaken.UNKNOWN
    if upload.state is not UploadState.WAITING:
        return NotTaken.USED
    return NotTaken.EXPIRED if upload.expires_at <= services.clock() else upload


async def claim(services: Services, upload: Upload) -> bool:
    """Reserve the address for this transfer; return whether it was free. Only one of concurrent transfers gets it."""
    changed = await _changed(
        "update upload set state = $4 where municipality_id = $1 and id = $2 and state = $5 and expires_at > $3"
        " returning id",
        upload.municipality,
        upload.id,
        services.clock(),
        UploadState.ARRIVING,
        UploadState.WAITING,
    )
    return bool(changed)


async def fail(upload: Upload) -> None:
    """Discard an aborted or oversized transfer. The address stays used."""
    await _changed(
        "update upload set state = $3 where municipality_id = $1 and id = $2 and state = $4 returning id",
        upload.municipality,
        upload.id,
        UploadState.FAILED,
        UploadState.ARRIVING,
    )
    await _changed(
        "delete from upload_chunk where municipality_id = $1 and upload_id = $2 returning number",
        upload.municipality,
        upload.id,
    )


@dataclass(slots=True)
class Receiver:
    """Writes an arriving file, chunk by chunk. `size` in bytes received so far."""

    services: Services
    upload: Upload
    size: int = 0
    finished: bool = False
    _number: int = 0
    _rest: bytearray = field(default_factory=bytearray)
    _digest: Any = field(default_factory=hashlib.sha256)

    @property
    def terms(self) -> Terms:
        """The terms of the upload's purpose."""
        return TERMS[self.upload.purpose]

    async def take(self, data: bytes) -> bool:
        """Take the next part of the file; return False once the file is too large."""
        self.size += len(data)
        if self.size > self.terms.maximum_bytes:
            return False
        self._digest.update(data)
        self._rest += data
        while len(self._rest) >= CHUNK_BYTES:
            await self._write(bytes(self._rest[:CHUNK_BYTES]))
            del self._rest[:CHUNK_BYTES]
        return True

    async def finish(self) -> bytes:
        """Complete the file and return its SHA-256."""
        if self._rest:
            await self._write(bytes(self._rest))
        sha256: bytes = self._digest.digest()
        await _changed(
            f"""update upload set state = {UploadState.RECEIVED:d}, bytes = $3, sha256 = $4, received_at = $5
              where municipality_id = $1 and id = $2 and state = {UploadState.ARRIVING:d} returning id""",
            self.upload.municipality,
            self.upload.id,
            self.size,
            sha256,
            self.services.clock(),
        )
        self.finished = True
        return sha256

    async def _write(self, content: bytes) -> None:
        await get_connection("default").execute_query(
            "insert into upload_chunk (municipality_id, upload_id, number, content) values ($1, $2, $3, $4)",
            [self.upload.municipality, self.upload.id, self._number, content],
        )
        self._number += 1


async def _changed(query: str, *values: object) -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(query, list(values))
