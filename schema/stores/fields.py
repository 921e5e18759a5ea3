"""Root fields about stores."""

import strawberry

from domain.ledger.refusals import KeyReusedError, UnknownPayeeError
from domain.refusals import InvalidInputError
from resolvers import stores
from schema.core.fields import EVERYBODY, FINANCE, FINANCE_OR_DESK, mutation, query
from schema.stores.results import ClassifyStorePayload, OpenStorePayload, ResumeStorePayload, SuspendStorePayload
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
    open_store = mutation(
        stores.open_store,
        OpenStorePayload,
        roles=FINANCE,
        refuses=(InvalidInputError, KeyReusedError),
        description="Opens a store, which takes payments at once. For finance officers of the municipality.",
    )
    suspend_store = mutation(
        stores.suspend_store,
        SuspendStorePayload,
        roles=FINANCE,
        refuses=(UnknownPayeeError,),
        description=(
            "Suspends a store at once: it takes no payments. It still refunds what it took, and captures or voids what"
            " was set aside for it. For finance officers of the municipality."
        ),
    )
    resume_store = mutation(
        stores.resume_store,
        ResumeStorePayload,
        roles=FINANCE,
        refuses=(UnknownPayeeError,),
        description=(
            "Proposes that a suspended store takes payments again; another officer agrees by `approveChange`. For"
            " finance officers of the municipality."
        ),
    )
