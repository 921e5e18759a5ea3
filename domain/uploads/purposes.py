"""The terms of each purpose: size, content types and senders, and the limits of all uploads."""

from dataclasses import dataclass
from datetime import timedelta

from domain.uploads.kinds import UploadPurpose
from domain.viewer import Relation

MEBIBYTE = 1_048_576
LIFETIME = timedelta(minutes=15)
"""How long an address accepts its file."""
CHUNK_BYTES = 262_144
"""The size of a row of `upload_chunk`, which is also the most that a process buffers of an arriving file."""
WAITING_LIMIT = 20
"""The maximum number of addresses of a person that wait for a file at a time."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The files that a purpose allows, and the relations that may send them."""

    maximum_bytes: int
    content_types: tuple[str, ...]
    relations: tuple[Relation, ...]


TERMS = {
    # Browsers on Windows send a .csv with the content type that the spreadsheet program has registered.
    UploadPurpose.BULK_GRANT: Terms(16 * MEBIBYTE, ("text/csv", "application/vnd.ms-excel"), (Relation.FINANCE,))
}
