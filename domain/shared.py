"""Objects shared within a process: rooms declare them, and `Services` holds one instance of each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Shared(Generic[T]):
    """Declares an object that is created once per process, on first use. Declarations are compared by identity."""

    make: Callable[[], T]
