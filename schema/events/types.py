"""Events: what happened to a wallet or store, live and as lists.

Each kind of journal has its own type, registered where it is declared.
"""

from collections.abc import Callable, Hashable
from datetime import datetime
from functools import partial
from typing import ClassVar, TypeVar
from uuid import UUID

import strawberry

from domain.events.reads import events_after
from domain.events.stream import Resync
from domain.identifiers import encode_event
from domain.ledger.kinds import JournalKind
from domain.ledger.request import EventRow
from schema.core.context import MeguruInfo
from schema.core.errors import BadCursorError, NotFoundError
from schema.core.ids import ID, read_event
from schema.core.page import PageInfo, check_count, page_of
from schema.core.scalars import SignedAmount
from schema.events.enums import ResyncReason
from schema.ledger.amounts import amount_in_wallet
from schema.ledger.balances import BalanceAfter, cash_box_of, movements_of
from schema.ledger.history import Counterparty, counterparty_of
from schema.ledger.receipts import Receipt, receipt_of

E = TypeVar("E", bound="type[Event]")
R = TypeVar("R", bound=Receipt)
EVENTS: dict[JournalKind, "type[Event]"] = {}


@strawberry.interface(
    description=(
        "What happened to a wallet or store: one ordered stream each, without gaps. What every app shows is here, so"
        " that it can also show kinds of events that it does not know yet."
    )
)
class Event:
    """What a journal did to a holder. The end of a stream has no row."""

    row: strawberry.Private[EventRow | None] = None
    yen: strawberry.Private[int | None] = None
    """Of a store's stream, which does not say what was paid with: the asset of its cash box."""
    moves: ClassVar[bool] = True
    """Whether it is about value that moved or was set aside."""

    @property
    def journal(self) -> EventRow:
        """The row of an event that a journal made."""
        if self.row is None:
            raise NotFoundError
        return self.row

    @strawberry.field(description="The cursor: subscribe or list after it.")
    def event_id(self) -> ID:
        return ID(encode_event(self.journal.municipality, self.journal.holder, self.journal.sequence))

    @strawberry.field(description="Time of the event, in UTC.")
    def occurred_at(self) -> datetime:
        return self.journal.recorded_at

    @strawberry.field(description="The receipt's number; null where no value was moved or set aside.")
    def receipt_number(self) -> str | None:
        return self.row.receipt_number if self.row is not None and self.moves else None

    @strawberry.field(
        description=(
            "What came in, or went out (negative): of a payment what was paid, of a charge what was charged. What comes"
            " with it, such as points, is in `balances` only. Whole units; null where nothing moves."
        )
    )
    async def amount(self, info: MeguruInfo) -> SignedAmount | None:
        if self.row is None or not self.moves:
            return None
        of_store = self.yen is not None
        return SignedAmount(sum(self.row.amounts) if of_store else await amount_in_wallet(info, self.row))

    @strawberry.field(
        description=(
            "Each balance that moved, by asset, and what it was afterwards. Whole units; null where nothing moves. Of a"
            " store's stream only the cash box: with what a customer paid is not told."
        )
    )
    def balances(self) -> list[BalanceAfter] | None:
        if self.row is None or not self.moves:
            return None
        return movements_of(self.row) if self.yen is None else cash_box_of(self.row, self.yen)

    @strawberry.field(description="The other side; null where there is none.")
    async def counterparty(self, info: MeguruInfo) -> Counterparty | None:
        if self.row is None or not self.moves:
            return None
        return await counterparty_of(info, self.row.municipality, self.row.counterparty, self.row.counterparty_kind)

    @property
    def shared_as(self) -> Hashable | None:
        """Names the event among those that one viewer follows; None for what only one stream has."""
        return None if self.row is None else (self.row.municipality, self.row.holder, self.row.sequence, self.yen)

    async def receipt(self, info: MeguruInfo, kind: type[R]) -> R:
        """The receipt of the event, of the type that its kind has."""
        receipt = await receipt_of(info, self.journal.municipality, self.journal.journal_id)
        if not isinstance(receipt, kind):
            raise NotFoundError
        return receipt


def event_of_kind(*kinds: JournalKind) -> Callable[[E], E]:
    """Registers a type as the event of journals of these kinds; TypeError for a kind that has one."""

    def register(event: E) -> E:
        for kind in kinds:
            if EVENTS.setdefault(kind, event) is not event:
                message = f"{kind.name} has its event already: {EVENTS[kind].__name__}"
                raise TypeError(message)
        return event

    return register


def event_for(row: EventRow, *, yen: int | None) -> Event:
    """An event under the type of its kind. yen: of a store's stream, the asset of its cash box."""
    return EVENTS[row.kind](row=row, yen=yen)


@strawberry.type(description="The stream ends here: read the balances again, and subscribe after their `asOfEventId`.")
class ResyncRequired(Event):
    """The last item of a stream that cannot go on."""

    resync: strawberry.Private[Resync]
    noticed_at: strawberry.Private[datetime]

    @strawberry.field(description="The newest event at this moment.")
    def event_id(self) -> ID:
        return ID(encode_event(self.resync.municipality, self.resync.holder, self.resync.sequence))

    @strawberry.field(description="Time at which the stream ended, in UTC.")
    def occurred_at(self) -> datetime:
        return self.noticed_at

    @strawberry.field(description="Why it ended.")
    def reason(self) -> ResyncReason:
        return ResyncReason(self.resync.reason)


@strawberry.type(description="An event and its cursor.")
class EventEdge:
    """An event and its cursor."""

    node: Event = strawberry.field(description="The event.")
    cursor: str = strawberry.field(description="Pass it as `after` to go on behind it; the event's id.")


@strawberry.type(description="A page of events, oldest first.")
class EventConnection:
    """A page of events."""

    edges: list[EventEdge] = strawberry.field(description="The events.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")


async def events_of(
    municipality: int, holder: UUID, first: int, after: str | None, *, yen: int | None
) -> EventConnection:
    """A page of a holder's events, oldest first after a cursor: what the live stream would have said."""
    check_count(first)
    rows = await events_after(municipality, holder, sequence_after(municipality, holder, after) or 0, first + 1)
    edges, page_info = page_of(rows, first, after, partial(_edge, yen))
    return EventConnection(edges=edges, page_info=page_info)


def _edge(yen: int | None, row: EventRow) -> EventEdge:
    cursor = encode_event(row.municipality, row.holder, row.sequence)
    return EventEdge(node=event_for(row, yen=yen), cursor=cursor)


def sequence_after(municipality: int, holder: UUID, after: str | None) -> int | None:
    """The sequence in a cursor of this holder's events; None without a cursor."""
    if after is None:
        return None
    event = read_event(after)
    if event is None or event[:2] != (municipality, holder):
        raise BadCursorError
    return event[2]
