"""Root fields about people and their wallets."""

import strawberry

from domain.ledger.refusals import UnknownWalletError
from domain.refusals import InvalidInputError
from resolvers import residents
from schema.core.fields import DESK, SIGNED_IN, mutation, query
from schema.residents.results import RecordClaimPayload
from schema.residents.types import Viewer, Wallet


@strawberry.type
class ResidentsQuery:
    """The person who asks, and wallets."""

    viewer = query(
        residents.viewer, Viewer, roles=SIGNED_IN, description="The person who asks. For everybody who is signed in."
    )
    wallet = query(
        residents.wallet,
        Wallet | None,
        roles=SIGNED_IN,
        description=(
            "A wallet that the viewer may use, or of the municipality they serve; null for every other. For everybody"
            " who is signed in."
        ),
    )


@strawberry.type
class ResidentsMutation:
    """What a desk records of people."""

    record_claim = mutation(
        residents.record_claim,
        RecordClaimPayload,
        roles=DESK,
        refuses=(UnknownWalletError, InvalidInputError),
        description=(
            "Records what the desk has verified of a person: residence and year of birth. For the municipal desk."
        ),
    )
