"""What a journal counted against caps, and its giving back when what was given is withdrawn."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.ledger.book import Book, Guard
from domain.ledger.request import GuardKey

UNLIMITED = 2**53 - 1


def counted(municipality: int, receipt: Mapping[str, Any]) -> list[tuple[GuardKey, int]]:
    """The guards that a journal's receipt names, with by how much it moved them; journals of before the receipts knew have none."""
    return [((municipality, kind, UUID(subject), period), change) for kind, subject, period, change in receipt.get("caps", ())]


def keys_of(municipality: int, receipt: Mapping[str, Any]) -> tuple[GuardKey, ...]:
    """The guards to be read before something of the journal is given back."""
    return tuple(key for key, _ in counted(municipality, receipt))


def given_back(book: Book, municipality: int, receipt: Mapping[str, Any], withdrawn: Mapping[UUID, int] | None = None) -> list[tuple[Guard, int]]:
    """The changes of guards that give a journal's caps back: all of it, or of each programme only what was withdrawn. Whole units."""
    found = []
    for key, change in counted(municipality, receipt):
        guard = book.guard(key, UNLIMITED)
        back = min(guard.value, change if withdrawn is None else min(change, withdrawn.get(key[2], 0)))
        if back > 0:
            found.append((guard, -back))
    return found
