"""What a grant by file adds to the receipts of its rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OfFile:
    """The grant by file, and the row of the file: the header is row 1. None: the whole file, as it is closed."""

    bulk_grant: UUID
    row: int | None = None

    def to_json(self) -> dict[str, Any]:
        """bulk, and row where it is about one."""
        written: dict[str, Any] = {"bulk": str(self.bulk_grant)}
        return written if self.row is None else {**written, "row": self.row}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Of a receipt with `bulk`."""
        return cls(UUID(kept["bulk"]), kept.get("row")) if "bulk" in kept else None
