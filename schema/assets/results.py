"""What mutations of assets answer."""

import strawberry

from schema.approvals.results import WAITS
from schema.approvals.types import Approval
from schema.assets.types import Asset
from schema.core.refusals import Payload


@strawberry.type(description="What `createAsset` answers.")
class CreateAssetPayload(Payload):
    """A new kind of value."""

    asset: Asset | None = strawberry.field(default=None, description="The asset.")
    approval: Approval | None = strawberry.field(default=None, description=WAITS)


@strawberry.type(description="What `changeAsset` answers.")
class ChangeAssetPayload(Payload):
    """A changed asset."""

    asset: Asset | None = strawberry.field(default=None, description="The asset after the change.")
    approval: Approval | None = strawberry.field(default=None, description=WAITS)
