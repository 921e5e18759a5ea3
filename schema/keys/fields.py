"""Root fields of idempotency keys."""

import strawberry

from domain.refusals import BusyError
from resolvers import keys
from schema.core.fields import ANY_ROLE, mutation, query
from schema.keys.results import AbandonPayload
from schema.keys.types import Outcome


@strawberry.type
class KeysQuery:
    """What became of keys."""

    outcome = query(
        keys.outcome,
        Outcome,
        roles=ANY_ROLE,
        description=(
            "What became of one of the viewer's idempotency keys; moves nothing. For everybody who has a role."
        ),
    )


@strawberry.type
class KeysMutation:
    """Closing keys."""

    abandon = mutation(
        keys.abandon,
        AbandonPayload,
        roles=ANY_ROLE,
        refuses=(BusyError,),
        description=(
            "Closes a key for ever; if it has ended already, returns how it ended. For everybody who has a role, for"
            " their own keys."
        ),
    )
