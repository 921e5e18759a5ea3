"""Receipts: what a settled journal shows. Each kind of journal has its own type, registered where it is declared."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

import strawberry

from domain.assets.reads import last_day
from domain.identifiers import Prefix
from domain.ledger import reads
from domain.ledger.kinds import JournalKind, Outcome
from domain.ledger.reads import Journal
from domain.ledger.receipt import Portion
from domain.viewer import Relation
from schema.assets.types import Asset, asset_of
from schema.core.access import acts_for, sees_wallet
from schema.core.context import MeguruInfo
from schema.core.node import Node
from schema.core.scalars import Amount
from schema.ledger.enums import AllocationReason
from schema.stores.types import Store, store_of

NOT_FOR_STORES = "Empty for everybody but the wallet's people and the municipality's staff: see `tenders`."
R = TypeVar("R", bound="type[Receipt]")
RECEIPTS: dict[JournalKind, "type[Receipt]"] = {}


@strawberry.type(description="How much of one lot a journal used or filled.")
class Allocation:
    """How much of one lot a journal used or filled."""

    number: strawberry.Private[int]
    ends_at: strawberry.Private[datetime | None]
    amount: Amount = strawberry.field(description="Whole units.")
    reason: AllocationReason | None = strawberry.field(
        description="Why this lot was used before the next one; null for what is not a payment."
    )

    @strawberry.field(description="The asset.")
    async def asset(self, info: MeguruInfo) -> Asset:
        return await asset_of(info, self.number)

    @strawberry.field(description="Last day of the lot, in Asia/Tokyo; null: no expiry.")
    def expires_on(self) -> date | None:
        return last_day(self.ends_at)


def allocations_of(portions: Sequence[Portion], reasons: Sequence[str] | None = None) -> list[Allocation]:
    """The lots of a receipt, with the reasons of a payment."""
    known = [AllocationReason(reason) for reason in reasons] if reasons else [None] * len(portions)
    return [
        Allocation(number=portion.asset, ends_at=portion.expires_at, amount=Amount(portion.amount), reason=reason)
        for portion, reason in zip(portions, known, strict=True)
    ]


@strawberry.interface(description="A settled journal: what a receipt shows.")
class Receipt(Node):
    """A settled journal."""

    journal: strawberry.Private[Journal]
    own: strawberry.Private[bool] = False
    """Whether the viewer has just made it, as one of the wallet's people: then nothing is read to know that."""

    def key(self) -> tuple[Prefix, int, UUID | int]:
        """Payments have a prefix of their own; all other journals share one."""
        return Prefix.JOURNAL, self.journal.municipality, self.journal.id

    async def shows_value(self, info: MeguruInfo) -> bool:
        """Whether the viewer may see which value moved: the wallet's people, and the staff of its municipality.

        A store that took part sees amounts by class of tender.
        """
        return self.own or await sees_wallet(info, self.journal.municipality, self.journal.wallet_id)

    async def shows_person(self, info: MeguruInfo) -> bool:
        """Whether the viewer is one of the wallet's people."""
        town, wallet = self.journal.municipality, self.journal.wallet_id
        return self.own or await acts_for(info, town, wallet, Relation.OWNER, Relation.DELEGATE)

    async def allocations_for(
        self, info: MeguruInfo, portions: Sequence[Portion], reasons: Sequence[str] | None = None
    ) -> list[Allocation]:
        """Lots of the journal, for those who may see which value moved; nothing for everybody else."""
        return allocations_of(portions, reasons) if await self.shows_value(info) else []

    @strawberry.field(
        description="Said over a counter: 9 letters and digits without look-alikes, the last a check character."
    )
    def receipt_number(self) -> str:
        return str(self.journal.receipt_number)

    @strawberry.field(
        description="Time of the journal, in UTC: the instant that each type also has under a name of its own."
    )
    def occurred_at(self) -> datetime:
        return self.journal.recorded_at

    @strawberry.field(description="Whole units.")
    def amount(self) -> Amount:
        return Amount(self.journal.receipt.amount)


def receipt_of_kind(*kinds: JournalKind) -> Callable[[R], R]:
    """Registers a type as the receipt of journals of these kinds; TypeError for a kind that has one."""

    def register(receipt: R) -> R:
        for kind in kinds:
            if RECEIPTS.setdefault(kind, receipt) is not receipt:
                message = f"{kind.name} has its receipt already: {RECEIPTS[kind].__name__}"
                raise TypeError(message)
        return receipt

    return register


def receipt_for(journal: Journal | None) -> Receipt | None:
    """A settled journal under the type of its kind; None for what has no receipt."""
    kind = None if journal is None else RECEIPTS.get(journal.kind)
    if journal is None or kind is None or journal.outcome != Outcome.SETTLED:
        return None
    return kind(journal=journal)


async def receipt_of(info: MeguruInfo, municipality: int, journal: UUID) -> Receipt | None:
    """The receipt of a journal that the viewer has come upon in a history or stream that they may see."""
    return receipt_for(await info.context.load(reads.journals_by_keys, (municipality, journal)))


async def store_of_journal(info: MeguruInfo, journal: Journal) -> Store | None:
    """The store of a journal, where it has one."""
    return None if journal.store_id is None else await store_of(info, journal.municipality, journal.store_id)
