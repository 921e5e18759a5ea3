"""Events of expiry."""

from datetime import date
from typing import ClassVar

import strawberry

from domain.expiry.receipts import Reminder
from domain.ledger import reads
from domain.ledger.kinds import JournalKind
from domain.ledger.receipt import Receipt
from schema.assets.types import Asset, asset_of
from schema.core.context import MeguruInfo
from schema.core.errors import NotFoundError
from schema.core.scalars import Amount
from schema.events.types import Event, event_of_kind
from schema.expiry.types import Expiry


@event_of_kind(JournalKind.EXPIRY)
@strawberry.type(description="Value whose last day was over left the wallet.")
class ValueExpired(Event):
    """Value expired."""

    @strawberry.field(description="The receipt of what expired.")
    async def expiry(self, info: MeguruInfo) -> Expiry:
        return await self.receipt(info, Expiry)


@event_of_kind(JournalKind.EXPIRY_REMINDER)
@strawberry.type(
    description=(
        "Value in the wallet expires soon. Sent once 30, 7 and 1 day before its last day; nothing moved. 失効予告"
    )
)
class ValueExpiring(Event):
    """Value in the wallet expires soon."""

    moves: ClassVar[bool] = False

    @strawberry.field(description="The kind of value that expires.")
    async def asset(self, info: MeguruInfo) -> Asset:
        return await asset_of(info, (await self._reminder(info)).asset)

    @strawberry.field(description="How much of it the wallet had at the time of the event. Whole units.")
    async def expiring_amount(self, info: MeguruInfo) -> Amount:
        return Amount((await self._kept(info)).amount)

    @strawberry.field(description="Last day on which it may be spent, in Asia/Tokyo.")
    async def expires_on(self, info: MeguruInfo) -> date:
        return (await self._reminder(info)).expires_on

    @strawberry.field(description="Days from the event to its last day, counted in Asia/Tokyo; 0: the same day.")
    async def days_left(self, info: MeguruInfo) -> int:
        return (await self._reminder(info)).days_left

    async def _reminder(self, info: MeguruInfo) -> Reminder:
        return (await self._kept(info)).section(Reminder)

    async def _kept(self, info: MeguruInfo) -> Receipt:
        """What the journal of the reminder keeps."""
        row = self.journal
        journal = await info.context.load(reads.journals_by_keys, (row.municipality, row.journal_id))
        if journal is None:
            raise NotFoundError
        return journal.receipt
