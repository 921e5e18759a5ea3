"""Caps: the guards that count granted value, and the release of caps when granted value is taken back."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from domain.ledger.book import Book, Guard
from domain.ledger.reads import guard_values
from domain.ledger.receipt import CapChange
from domain.ledger.request import GuardKey

UNLIMITED = 2**53 - 1


def of_book(book: Book, caps: Iterable[tuple[GuardKey, int]]) -> tuple[list[Guard], int]:
    """Return the guards of a programme's caps, and the least amount that they leave. Whole units, at least 0."""
    guards = [(book.guard(key, cap), cap) for key, cap in caps]
    return [guard for guard, _ in guards], max(0, min(cap - guard.value for guard, cap in guards))


def key_of(municipality: int, cap: CapChange) -> GuardKey:
    """Return the key of the guard that counts a cap."""
    return (municipality, cap.kind, cap.subject, cap.period)


def keys_of(municipality: int, counted: Sequence[CapChange]) -> tuple[GuardKey, ...]:
    """Return the keys of the guards to read before caps of a journal are released.

    Journals written before receipts recorded caps have none.
    """
    return tuple(key_of(municipality, cap) for cap in counted)


def given_back(
    book: Book, municipality: int, counted: Sequence[CapChange], withdrawn: Mapping[UUID, int] | None = None
) -> list[tuple[Guard, int]]:
    """Return the changes of guards that release the caps of a journal. Whole units.

    withdrawn: the amount taken back, by programme; None releases everything that the journal counted.
    """
    releases = []
    for cap in counted:
        guard = book.guard(key_of(municipality, cap), UNLIMITED)
        amount = min(guard.value, cap.change if withdrawn is None else min(cap.change, withdrawn.get(cap.subject, 0)))
        if amount > 0:
            releases.append((guard, -amount))
    return releases


async def left(caps: Sequence[tuple[GuardKey, int]]) -> int:
    """Return the least amount that a programme's caps leave, read without locks, for quotes. Whole units."""
    used = await guard_values([key for key, _ in caps])
    return max(0, min(cap - value for (_, cap), value in zip(caps, used, strict=True)))
