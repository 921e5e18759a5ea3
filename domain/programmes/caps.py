"""What a journal counted against caps, and its giving back when what was given is withdrawn."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.ledger.book import Book, Guard
from domain.ledger.reads import guard_values
from domain.ledger.request import GuardKey

UNLIMITED = 2**53 - 1


def of_book(book: Book, caps: Iterable[tuple[GuardKey, int]]) -> tuple[list[Guard], int]:
    """The guards of a programme's caps for somebody, and the least that they leave. Whole units, 0 at least."""
    found = [(book.guard(key, cap), cap) for key, cap in caps]
    return [guard for guard, _ in found], max(0, min(cap - guard.value for guard, cap in found))


def counted(municipality: int, receipt: Mapping[str, Any]) -> list[tuple[GuardKey, int]]:
    """The guards that a journal's receipt names, with by how much it moved them.

    Journals of before the receipts knew have none.
    """
    return [
        ((municipality, kind, UUID(subject), period), change)
        for kind, subject, period, change in receipt.get("caps", ())
    ]


def keys_of(municipality: int, receipt: Mapping[str, Any]) -> tuple[GuardKey, ...]:
    """The guards to be read before something of the journal is given back."""
    return tuple(key for key, _ in counted(municipality, receipt))


def given_back(
    book: Book, municipality: int, receipt: Mapping[str, Any], withdrawn: Mapping[UUID, int] | None = None
) -> list[tuple[Guard, int]]:
    """The changes of guards that give a journal's caps back: all of it, or of each programme only what was withdrawn.

    Whole units.
    """
    found = []
    for key, change in counted(municipality, receipt):
        guard = book.guard(key, UNLIMITED)
        back = min(guard.value, change if withdrawn is None else min(change, withdrawn.get(key[2], 0)))
        if back > 0:
            found.append((guard, -back))
    return found


async def left(caps: Sequence[tuple[GuardKey, int]]) -> int:
    """What a programme's caps leave somebody now, without locks: for quotes. Whole units."""
    used = await guard_values([key for key, _ in caps])
    return max(0, min(cap - value for (_, cap), value in zip(caps, used, strict=True)))
