"""What became of an idempotency key."""

import strawberry

from domain.ledger.reads import Journal
from schema.core.context import MeguruInfo
from schema.core.refusals import Refusal
from schema.keys.enums import OutcomeState
from schema.ledger.receipts import Receipt


@strawberry.type(description="What became of an idempotency key.")
class Outcome:
    """What became of a key."""

    journal: strawberry.Private[Journal | None]
    state: OutcomeState = strawberry.field(description="How it ended, or that it has not been seen.")

    receipt: Receipt | None = strawberry.field(
        description=(
            "The receipt, when settled and the viewer may still see it; null otherwise, as for who acted in a role that"
            " ended since."
        )
    )

    @strawberry.field(description="The refusal, when refused; null otherwise.")
    def refusal(self, info: MeguruInfo) -> Refusal | None:
        journal = self.journal
        if journal is None or journal.refused is None:
            return None
        return Refusal(refusal=journal.refused.again(), locale=info.context.locale)
