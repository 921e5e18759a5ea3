"""What municipal staff ask of the ledger as a whole; receipts by their id."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.identifiers import Prefix
from domain.ledger import audit, reads
from domain.ledger.reads import Journal
from domain.refusals import NotPermittedError
from domain.viewer import Relation
from schema.core.access import acts_for, serves
from schema.core.context import MeguruInfo
from schema.core.ids import ID, read
from schema.core.node import finds
from schema.ledger.receipts import Receipt, receipt_for
from schema.ledger.types import Drift, DriftReport, TrialBalance
from schema.municipalities.types import MunicipalityCode, number_of

ReceiptId = Annotated[ID, argument(description="Id of a payment, refund, charge or any other receipt.")]
At = Annotated[datetime | None, argument(description="An instant up to now, in UTC; now when absent.")]


async def drift_report(info: MeguruInfo, municipality: MunicipalityCode) -> DriftReport:
    """The ledger of a municipality against itself."""
    differences = await audit.drift([await _own_municipality(info, municipality)])
    return DriftReport(differences=[Drift(drift=difference) for difference in differences])


async def trial_balance(info: MeguruInfo, municipality: MunicipalityCode, at: At = None) -> TrialBalance:
    """The trial balance of a municipality, now or at a past instant."""
    number = await _own_municipality(info, municipality)
    return TrialBalance(trial=await audit.trial_balance(number, at or info.context.services.clock()))


async def _own_municipality(info: MeguruInfo, code: str) -> int:
    number = await number_of(code)
    if not await serves(info, number):
        raise NotPermittedError
    return number


async def receipt(info: MeguruInfo, id: ReceiptId) -> Receipt | None:
    """A receipt by its id; None for those who may not see it."""
    key = read(Prefix.PAYMENT, id) or read(Prefix.JOURNAL, id)
    return None if key is None else await find(info, *key)


@finds(Prefix.PAYMENT, Prefix.JOURNAL)
async def find(info: MeguruInfo, municipality: int, key: UUID) -> Receipt | None:
    """A settled journal, for those who may see it."""
    journal = await info.context.load(reads.journals_by_keys, (municipality, key))
    return None if journal is None else await visible_receipt(info, journal)


async def visible_receipt(info: MeguruInfo, journal: Journal) -> Receipt | None:
    """The receipt for its wallet's people, its store's staff and its municipality's staff; None for everybody else.

    Who acted sees it by the role in which they did, and no longer than they have it.
    """
    town, wallet, store = journal.municipality, journal.wallet_id, journal.store_id
    own = await acts_for(info, town, wallet, Relation.OWNER, Relation.DELEGATE)
    if not own and not await acts_for(info, town, store, Relation.STAFF) and not await serves(info, town):
        return None
    return receipt_for(journal)
