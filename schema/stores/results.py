"""What mutations about stores answer."""

import strawberry

from schema.approvals.results import WAITS
from schema.approvals.types import Approval
from schema.core.refusals import Payload, ReplayablePayload
from schema.stores.types import Store


@strawberry.type(description="What `classifyStore` answers.")
class ClassifyStorePayload(Payload):
    """A store in its groups."""

    store: Store | None = strawberry.field(default=None, description="The store.")


@strawberry.type(description="What `openStore` answers.")
class OpenStorePayload(ReplayablePayload):
    """A new store."""

    store: Store | None = strawberry.field(default=None, description="The store; `code` is what it prints.")


@strawberry.type(description="What `suspendStore` answers.")
class SuspendStorePayload(Payload):
    """A suspended store."""

    store: Store | None = strawberry.field(default=None, description="The store, which takes no payments now.")


@strawberry.type(description="What `resumeStore` answers.")
class ResumeStorePayload(Payload):
    """A store that takes payments again."""

    store: Store | None = strawberry.field(default=None, description="The store, where it takes payments.")
    approval: Approval | None = strawberry.field(default=None, description=WAITS)
