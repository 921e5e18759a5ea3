"""Root fields of idempotency keys."""

import strawberry

from domain.refusals import BusyError, OutcomeUnknownError
from resolvers import keys
from schema.core.fields import SIGNED_IN, mutation, query
from schema.keys.results import AbandonPayload
from schema.keys.types import Outcome


@strawberry.type
class KeysQuery:
    """What became of keys."""

    outcome = query(
        keys.outcome,
        Outcome,
        roles=SIGNED_IN,
        description=(
            "What became of one of the viewer's idempotency keys; moves nothing. For everybody who is signed in."
        ),
    )


@strawberry.type
class KeysMutation:
    """Closing keys."""

    abandon = mutation(
        keys.abandon,
        AbandonPayload,
        roles=SIGNED_IN,
        refuses=(BusyError, OutcomeUnknownError),
        description=(
            "Closes one of the viewer's keys for ever, or says what it did: never both. For everybody who is signed in."
        ),
    )
