"""A control: how a change of it is judged, proposed and applied."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from domain.approvals.kinds import ApprovalKind
from domain.approvals.subject import Subject
from domain.services import Services
from domain.viewer import Viewer

N = TypeVar("N")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Change(Generic[N]):
    """What an officer wants to change.

    key: of the request; for one without a key, of its proposal. alone: nobody else has approved it, so that the
    officer's allowance counts.
    """

    municipality: int
    new: N
    key: UUID
    alone: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a change is judged.

    needs_two: another officer must approve it. known: the key has done it before, so that the verb answers it again.
    """

    subject: Subject
    needs_two: bool
    known: bool = False


@dataclass(frozen=True, slots=True)
class Control(Generic[N, R]):
    """A control.

    kind: of its proposals. new: the type of what changes it; proposals keep it as JSON. judge: checks the change and
    says whether two officers are needed; it raises what the verb would raise. apply: the verb.
    """

    kind: ApprovalKind
    new: type[N]
    judge: Callable[[Services, Viewer, Change[N]], Awaitable[Judgement]]
    apply: Callable[[Services, Viewer, Change[N]], Awaitable[R]]

    def to_json(self, new: N) -> str:
        """Return what changes the control as JSON."""
        return TypeAdapter(self.new).dump_json(new).decode()

    def from_json(self, stored: str) -> N:
        """Read what changes the control."""
        return TypeAdapter(self.new).validate_json(stored)


AnyControl = Control[Any, Any]
