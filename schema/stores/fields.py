"""Root fields about stores."""

import strawberry

from domain.ledger.refusals import UnknownPayeeError
from domain.refusals import InvalidInputError
from resolvers import stores
from schema.core.fields import EVERYBODY, FINANCE_OR_DESK, mutation, query
from schema.stores.results import ClassifyStorePayload
from schema.stores.types import Store


@strawberry.type
class StoresQuery:
    """Stores."""

    store = query(
        stores.store, Store | None, roles=EVERYBODY, description="A store. For everybody, also without a token."
    )


@strawberry.type
class StoresMutation:
    """What municipal staff do with stores."""

    classify_store = mutation(
        stores.classify_store,
        ClassifyStorePayload,
        roles=FINANCE_OR_DESK,
        refuses=(UnknownPayeeError, InvalidInputError),
        description=(
            "Puts a store into the municipality's groups, sizes and areas. For finance officers and the desk of the"
            " municipality."
        ),
    )
