"""What mutations about people answer."""

from datetime import datetime

import strawberry

from schema.approvals.results import WAITS
from schema.approvals.types import Approval
from schema.core.ids import ID
from schema.core.refusals import Payload, ReplayablePayload
from schema.residents.types import Wallet


@strawberry.type(description="What `recordClaim` answers.")
class RecordClaimPayload(Payload):
    """What was verified is recorded."""

    verified_at: datetime | None = strawberry.field(default=None, description="Time of the record, in UTC.")


@strawberry.type(description="What `openWallet` answers.")
class OpenWalletPayload(ReplayablePayload):
    """A wallet that the desk has opened."""

    wallet: Wallet | None = strawberry.field(default=None, description="The wallet, with its receive code.")
    person_id: ID | None = strawberry.field(
        default=None, description="Its owner. Until there is sign-in, `meguru tokens issue --person` makes their token."
    )


@strawberry.type(description="What `freezeWallet` answers.")
class FreezeWalletPayload(Payload):
    """A frozen wallet."""

    wallet: Wallet | None = strawberry.field(default=None, description="The wallet, now frozen.")


@strawberry.type(description="What `unfreezeWallet` answers.")
class UnfreezeWalletPayload(Payload):
    """A wallet that is released."""

    wallet: Wallet | None = strawberry.field(default=None, description="The wallet, where it is not frozen.")
    approval: Approval | None = strawberry.field(default=None, description=WAITS)


@strawberry.type(description="What `renewReceiveCode` answers.")
class RenewReceiveCodePayload(Payload):
    """The wallet has a new code."""

    wallet: Wallet | None = strawberry.field(default=None, description="The wallet, with its new `receiveCode`.")
