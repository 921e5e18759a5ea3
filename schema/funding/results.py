"""What mutations of funding sources answer."""

import strawberry

from schema.core.refusals import Payload
from schema.funding.types import FundingSource


@strawberry.type(description="What `linkFundingSource` answers.")
class LinkFundingSourcePayload(Payload):
    """A linked card or account."""

    funding_source: FundingSource | None = strawberry.field(default=None, description="The card or account.")


@strawberry.type(description="What `removeFundingSource` answers.")
class RemoveFundingSourcePayload(Payload):
    """A card or account that is no longer linked."""

    funding_source: FundingSource | None = strawberry.field(
        default=None, description="The card or account, which is no longer linked."
    )
