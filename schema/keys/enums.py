"""Enums of idempotency keys."""

from enum import Enum

from domain.ledger.kinds import Operation
from schema.core.enums import contract_enum

contract_enum(
    Operation,
    "The verb of a money mutation, as its idempotency key knows it.",
    name="MoneyOperation",
    hidden=[operation.name for operation in Operation if operation.mutation is None],
    **{operation.name: f"`{operation.mutation}`." for operation in Operation if operation.mutation is not None},
)


class OutcomeState(Enum):
    """What became of an idempotency key: what the ledger knows of it, or that it knows nothing."""

    SETTLED = "SETTLED"
    REFUSED = "REFUSED"
    ABANDONED = "ABANDONED"
    UNKNOWN = "UNKNOWN"


contract_enum(
    OutcomeState,
    "What became of an idempotency key.",
    SETTLED="Value moved; the journal says what.",
    REFUSED="Refused for good; nothing moved.",
    ABANDONED="Closed by `abandon`; nothing moved and nothing will.",
    UNKNOWN="Not seen (yet). Nothing moved until now; a request may still be on its way.",
)
__all__ = ["Operation", "OutcomeState"]
