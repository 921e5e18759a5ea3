"""Refusals: expected negative answers, each with a stable code.

    Refusal
      StoredRefusal      decided under the locks and final: its key gets the same answer every time
      UnstoredRefusal    decided before anything was written: the same key may succeed later

Each room defines its own in `refusals.py`. This module has the two bases, the registry that rebuilds a stored refusal
from its journal, and the refusals that any room may raise. Faults (bugs, an unreachable database) are not refusals.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar, Self


class Retry(StrEnum):
    """How a client may retry after a refusal."""

    SAME_KEY = "SAME_KEY"
    NEW_KEY = "NEW_KEY"
    NEVER = "NEVER"


class Advice(StrEnum):
    """What a client does after a refusal."""

    REPEAT_AS_IS = "REPEAT_AS_IS"
    CHANGE_AND_USE_NEW_KEY = "CHANGE_AND_USE_NEW_KEY"
    CONFIRM = "CONFIRM"
    WAIT = "WAIT"
    NEVER = "NEVER"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """An expected negative answer; no value moved. Dataclass fields hold the data for the message and the client."""

    code: ClassVar[str]
    retry: ClassVar[Retry]
    advice: ClassVar[Advice]
    """Given by the class, or follows from `retry`: a closed key asks for a change, an open one for patience."""
    retry_after: int | None = None
    """Seconds to wait, where the advice is WAIT and the time is known."""
    internal: ClassVar[bool] = False
    """Whether the refusal stays inside the domain and is never answered to a client."""

    def __init_subclass__(cls) -> None:
        """Let the advice follow from `retry` where a class gives none."""
        super().__init_subclass__()
        if "advice" not in vars(cls) and "retry" in vars(cls):
            cls.advice = ADVICE_OF[cls.retry]

    @property
    def message_key(self) -> str:
        """The message in the catalogue: the code, or another one where the data needs other words."""
        return self.code

    def data(self) -> dict[str, Any]:
        """Return the fields by name: amounts in whole units, other values as text."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]

    def public_data(self) -> dict[str, Any]:
        """Return the data for clients: that of `data()`, and what is shown to them in another form.

        It is not what journals keep, so its names may change with the contract.
        """
        return self.data()


ADVICE_OF = {Retry.SAME_KEY: Advice.WAIT, Retry.NEW_KEY: Advice.CHANGE_AND_USE_NEW_KEY, Retry.NEVER: Advice.NEVER}
_STORED: dict[str, type["StoredRefusal"]] = {}


class StoredRefusal(Refusal):
    """A refusal that is final for its key, and is written as a journal without entries."""

    retry = Retry.NEW_KEY

    def __init_subclass__(cls) -> None:
        """Register the code, so that a replay can be answered from the journal."""
        super().__init_subclass__()
        _STORED[cls.code] = cls

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild the refusal from the data of its journal; the inverse of `data()`."""
        return cls(**data)


class UnstoredRefusal(Refusal):
    """A refusal that leaves no record."""

    retry = Retry.SAME_KEY


@dataclass(frozen=True, slots=True)
class RecordedRefusal:
    """A refusal as recorded in its journal."""

    code: str
    data: Mapping[str, Any]

    def again(self) -> StoredRefusal:
        """Build the refusal to raise: a new instance for every replay."""
        return _STORED[self.code].from_data(self.data)


@dataclass(eq=False)
class NotPermittedError(UnstoredRefusal):
    """The person may not do this here. The rule that applied is not disclosed."""

    code = "NOT_PERMITTED"
    retry = Retry.NEVER


@dataclass(eq=False)
class InvalidInputError(UnstoredRefusal):
    """A field of the input is invalid. `field`: the first such field; `problem`: a stable code, such as LENGTH."""

    field: str
    problem: str
    code = "INVALID_INPUT"
    retry = Retry.NEW_KEY


@dataclass(eq=False)
class BusyError(UnstoredRefusal):
    """The request was not accepted in time. Nothing was written; send the same key again."""

    code = "BUSY"
    retry_after = 1


@dataclass(eq=False)
class OutcomeUnknownError(UnstoredRefusal):
    """The database was lost during the commit and did not return in time. Query `outcome` or repeat the same key."""

    code = "OUTCOME_UNKNOWN"
    advice = Advice.REPEAT_AS_IS


@dataclass(eq=False)
class UnavailableError(UnstoredRefusal):
    """The database is away. Send the same key again: nothing is done twice."""

    code = "UNAVAILABLE"
    retry_after = 2
