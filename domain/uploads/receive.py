"""A file arrives: in chunks, so that a process keeps little of it, and once."""

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
    """Why an address takes no file."""

    UNKNOWN = auto()
    """No such address, or not this person's."""
    USED = auto()
    EXPIRED = auto()


async def look_up(services: Services, municipality: int, key: UUID, secret: str, person: UUID) -> Upload | NotTaken:
    """The upload of an address, or why it takes nothing. A stranger learns only that there is no such address."""
    found = await rows(
        "select token_hash = $3 as fits from upload where municipality_id = $1 and id = $2",
        municipality,
        key,
        hashed(secret),
    )
    upload = await reads.by_id(municipality, key) if found and found[0]["fits"] else None
    if upload is None or upload.person != person:
        return NotTaken.UNKNOWN
    if upload.state is not UploadState.WAITING:
        return NotTaken.USED
    return NotTaken.EXPIRED if upload.expires_at <= services.clock() else upload


async def claim(services: Services, upload: Upload) -> bool:
    """Takes the address for this sending; of two at once one gets it."""
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
    """The sending broke off, or was too long: nothing of it stays, and the address is used up."""
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
    """Writes what arrives, chunk by chunk."""

    services: Services
    upload: Upload
    size: int = 0
    finished: bool = False
    _number: int = 0
    _rest: bytearray = field(default_factory=bytearray)
    _digest: Any = field(default_factory=hashlib.sha256)

    @property
    def terms(self) -> Terms:
        """What the purpose allows."""
        return TERMS[self.upload.purpose]

    async def take(self, data: bytes) -> bool:
        """Some more of the file; False once it is too long."""
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
        """The file is whole: its SHA-256."""
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
