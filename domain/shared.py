"""What a process keeps for everybody who asks: each room declares its own, and `Services` keeps one of each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Shared(Generic[T]):
    """A declaration of something that is made once per process, at its first use. Declarations are told by identity."""

    make: Callable[[], T]
