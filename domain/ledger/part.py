"""Parts: the contributions of rooms to one journal. Either all of them are settled, or none is.

A room prepares its part before the locks (`await ..._of(...)`) and passes it to the verb that posts the journal. Under
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
    """The contribution of one room to a journal. It reads the book and the draft only, so it may be applied again."""

    __slots__ = ()

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The holders whose accounts or guards may change. The ledger locks them."""
        return ()

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots that may be credited although the wallet's account in them is empty or new."""
        return ()

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The guards to read."""
        return ()

    def apply(self, book: Book, draft: Draft, at: datetime) -> None:
        """Add its moves, guards and sections to the draft, or raise the refusal of the whole journal."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one journal, in the order in which they are applied. The properties are those of a `Request`."""

    parts: Sequence[Part]

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The holders of all parts."""
        return tuple(chain.from_iterable([part.holders for part in self.parts]))

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots of all parts."""
        return tuple(chain.from_iterable([part.lots for part in self.parts]))

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The guards of all parts."""
        return tuple(chain.from_iterable([part.guards for part in self.parts]))

    def plan(self, book: Book, at: datetime) -> Draft:
        """Apply all parts to a new draft."""
        draft = Draft()
        for part in self.parts:
            part.apply(book, draft, at)
        return draft
