"""The receipt section of bulk grants."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OfFile:
    """The bulk grant, and the row of its file (the header is row 1); None in the journal that closes it."""

    bulk_grant: UUID
    row: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the section as `{"bulk": ..., "row": ...}`, without `row` if None."""
        section: dict[str, Any] = {"bulk": str(self.bulk_grant)}
        return section if self.row is None else {**section, "row": self.row}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self | None:
        """Read the section from a receipt; None without `bulk`."""
        return cls(UUID(kept["bulk"]), kept.get("row")) if "bulk" in kept else None
