"""Inputs of funding sources."""

import strawberry

from schema.ids import ID


@strawberry.input(description="Links a card or account to a wallet, by what the provider's own page gave.")
class LinkFundingSourceInput:
    """Links a card or account."""

    wallet_id: ID = strawberry.field(description="The wallet; the viewer must be allowed to use it.")
    asset_id: ID = strawberry.field(description="What it tops up: a coin of the wallet's town.")
    token: str = strawberry.field(
        description="The provider's token of the card or account, at most 200 characters; never a card's number."
    )
    label: str = strawberry.field(
        description="How its owner knows it, such as the last 4 digits; at most 40 characters."
    )


@strawberry.input(description="Takes a card or account away from a wallet.")
class RemoveFundingSourceInput:
    """Takes a card or account away."""

    funding_source_id: ID = strawberry.field(description="The source; of the viewer.")
