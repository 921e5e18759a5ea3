"""Idempotency keys of the viewer: input in, one domain call, the contract's type out."""

from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.keys import abandon as abandoning
from domain.keys import outcome as outcomes
from domain.ledger.reads import Journal
from resolvers.ledger import visible_receipt
from schema.core.context import MeguruInfo
from schema.keys.enums import Operation, OutcomeState
from schema.keys.inputs import AbandonInput
from schema.keys.results import AbandonPayload
from schema.keys.types import Outcome

OfOperation = Annotated[Operation, argument(description="The mutation that the key was made for.")]
Key = Annotated[UUID, argument(description="The key.")]


async def outcome(info: MeguruInfo, operation: OfOperation, idempotency_key: Key) -> Outcome:
    """What became of a key of the viewer."""
    journal = await outcomes.outcome(info.context.signed_in, operation, idempotency_key)
    return await _outcome(info, journal, otherwise=OutcomeState.UNKNOWN)


async def abandon(info: MeguruInfo, input: AbandonInput) -> AbandonPayload:
    """Closes a key of the viewer, or says what it did."""
    journal = await abandoning.abandon(
        info.context.services, info.context.signed_in, input.operation, input.idempotency_key
    )
    return AbandonPayload(outcome=await _outcome(info, journal, otherwise=OutcomeState.ABANDONED))


async def _outcome(info: MeguruInfo, journal: Journal | None, *, otherwise: OutcomeState) -> Outcome:
    """How a key ended. Whose role ended since still hears that, and sees the receipt no longer."""
    if journal is None:
        return Outcome(journal=None, state=otherwise, receipt=None)
    info.context.municipality = journal.municipality
    receipt = await visible_receipt(info, journal)
    return Outcome(journal=journal, state=OutcomeState[journal.outcome.name], receipt=receipt)
