"""What a file is for: how large it may be, and what it may be."""

from dataclasses import dataclass
from datetime import timedelta

from domain.uploads.kinds import UploadPurpose
from domain.viewer import Relation

MEBIBYTE = 1_048_576
LIFETIME = timedelta(minutes=15)
"""How long an address waits for its file."""
CHUNK_BYTES = 262_144
"""Bytes of one row of `upload_chunk`: the most that a process keeps of a file that is arriving."""
WAITING_LIMIT = 20
"""Addresses of one person that wait at a time."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a purpose allows, and who may send such a file."""

    maximum_bytes: int
    content_types: tuple[str, ...]
    relations: tuple[Relation, ...]


TERMS = {
    # Browsers on Windows call a .csv what the spreadsheet has registered.
    UploadPurpose.BULK_GRANT: Terms(16 * MEBIBYTE, ("text/csv", "application/vnd.ms-excel"), (Relation.FINANCE,))
}
