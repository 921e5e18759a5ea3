"""What a journal counted against caps, and its giving back when what was given is withdrawn."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from domain.ledger.book import Book, Guard
from domain.ledger.reads import guard_values
from domain.ledger.receipt import CapChange
from domain.ledger.request import GuardKey

UNLIMITED = 2**53 - 1


def of_book(book: Book, caps: Iterable[tuple[GuardKey, int]]) -> tuple[list[Guard], int]:
    """The guards of a programme's caps for somebody, and the least that they leave. Whole units, 0 at least."""
    found = [(book.guard(key, cap), cap) for key, cap in caps]
    return [guard for guard, _ in found], max(0, min(cap - guard.value for guard, cap in found))


def key_of(municipality: int, cap: CapChange) -> GuardKey:
    """The guard of a cap."""
    return (municipality, cap.kind, cap.subject, cap.period)


def keys_of(municipality: int, counted: Sequence[CapChange]) -> tuple[GuardKey, ...]:
    """The guards to be read before something is given back of a journal that counted against caps.

    Journals of before the receipts knew have none.
    """
    return tuple(key_of(municipality, cap) for cap in counted)


def given_back(
    book: Book, municipality: int, counted: Sequence[CapChange], withdrawn: Mapping[UUID, int] | None = None
) -> list[tuple[Guard, int]]:
    """The changes of guards that give a journal's caps back: all of it, or of each programme only what was withdrawn.

    Whole units.
    """
    found = []
    for cap in counted:
        guard = book.guard(key_of(municipality, cap), UNLIMITED)
        back = min(guard.value, cap.change if withdrawn is None else min(cap.change, withdrawn.get(cap.subject, 0)))
        if back > 0:
            found.append((guard, -back))
    return found


async def left(caps: Sequence[tuple[GuardKey, int]]) -> int:
    """What a programme's caps leave somebody now, without locks: for quotes. Whole units."""
    used = await guard_values([key for key, _ in caps])
    return max(0, min(cap - value for (_, cap), value in zip(caps, used, strict=True)))
