"""Refusals: expected answers to what cannot be done, each with a stable code.

    Refusal
      StoredRefusal      decided under the locks and final: the same key answers the same for ever
      UnstoredRefusal    decided before anything was written: the same key may succeed later

Rooms define their own in `refusals.py`; this page has the two bases, the registry that rebuilds a stored refusal from
its
journal, and the refusals that any room may raise. Faults (bugs, an unreachable database) are not refusals.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar


class Retry(StrEnum):
    """What a client may do after a refusal."""

    SAME_KEY = "SAME_KEY"
    NEW_KEY = "NEW_KEY"
    NEVER = "NEVER"


class Refusal(Exception):  # noqa: N818 - the field's word
    """An expected answer: nothing moved. Dataclass fields are the data that the message and the client need."""

    code: ClassVar[str]
    retry: ClassVar[Retry]
    internal: ClassVar[bool] = False
    """Whether only the domain meets it, never a client."""

    def data(self) -> dict[str, Any]:
        """The fields by name: whole units for amounts, texts for the rest."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]


_STORED: dict[str, type["StoredRefusal"]] = {}


class StoredRefusal(Refusal):
    """Final for its key: written as a journal without entries."""

    retry = Retry.NEW_KEY

    def __init_subclass__(cls) -> None:
        """Registers the code, so that a replay can be answered from the journal."""
        super().__init_subclass__()
        _STORED[cls.code] = cls


class UnstoredRefusal(Refusal):
    """Not written anywhere."""

    retry = Retry.SAME_KEY


@dataclass(frozen=True, slots=True)
class RecordedRefusal:
    """A refusal as its journal keeps it, to be answered again."""

    code: str
    data: Mapping[str, Any]

    def again(self) -> StoredRefusal:
        """A refusal to be raised: one for each who is told."""
        return _STORED[self.code](**self.data)


@dataclass(eq=False)
class NotPermittedError(UnstoredRefusal):
    """The person may not do this here; which rule said so is not told."""

    code = "NOT_PERMITTED"
    retry = Retry.NEVER


@dataclass(eq=False)
class InvalidInputError(UnstoredRefusal):
    """A field that cannot be so; `problem` is a stable code that the catalogue words. The first one found is told."""

    field: str
    problem: str
    code = "INVALID_INPUT"
    retry = Retry.NEW_KEY


@dataclass(eq=False)
class BusyError(UnstoredRefusal):
    """Not taken in time: nothing was written, the same key may be sent again."""

    code = "BUSY"


@dataclass(eq=False)
class OutcomeUnknownError(UnstoredRefusal):
    """The database was lost while committing and did not come back in time: ask by `outcome` or send the same key."""

    code = "OUTCOME_UNKNOWN"
