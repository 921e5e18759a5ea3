"""Parts: what rides on one journal. All of them are settled, or nothing is.

A room prepares a part before the locks (`await ..._of(...)`), and hands it to the verb whose journal it rides on. Under
the locks the parts are applied to one draft, in the order in which the verb lists them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Protocol
from uuid import UUID

from domain.ledger.book import Book
from domain.ledger.request import Draft, GuardKey


class Part(Protocol):
    """What one room does in a journal. It reads the book and the draft only, so it may be applied again."""

    __slots__ = ()

    @property
    def holders(self) -> tuple[UUID, ...]:
        """Whose accounts or guards may change: the ledger locks them."""
        return ()

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots that may be credited although the wallet's account in them is empty or new."""
        return ()

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The guards to be read."""
        return ()

    def apply(self, book: Book, draft: Draft, at: datetime) -> None:
        """Adds its moves, guards and sections to the draft, or raises the refusal of the whole journal."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one journal, in the order in which they are applied. Its names are those of a `Request`."""

    parts: Sequence[Part]

    @property
    def holders(self) -> tuple[UUID, ...]:
        """Those of all parts."""
        return tuple(chain.from_iterable([part.holders for part in self.parts]))

    @property
    def lots(self) -> tuple[int, ...]:
        """Those of all parts."""
        return tuple(chain.from_iterable([part.lots for part in self.parts]))

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """Those of all parts."""
        return tuple(chain.from_iterable([part.guards for part in self.parts]))

    def plan(self, book: Book, at: datetime) -> Draft:
        """The draft that all parts make."""
        draft = Draft()
        for part in self.parts:
            part.apply(book, draft, at)
        return draft
