"""What mutations about stores answer."""

import strawberry

from schema.core.refusals import Payload
from schema.stores.types import Store


@strawberry.type(description="What `classifyStore` answers.")
class ClassifyStorePayload(Payload):
    """A store in its groups."""

    store: Store | None = strawberry.field(default=None, description="The store.")
