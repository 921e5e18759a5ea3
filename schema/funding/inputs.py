"""Inputs of funding sources."""

from uuid import UUID

import strawberry

from domain.funding.link import NewSource
from domain.funding.refusals import UnknownFundingSourceError
from schema.assets.inputs import asset_number
from schema.core.ids import ID, Prefix, key_of
from schema.core.secret import secret_field
from schema.residents.inputs import wallet_key


@strawberry.input(description="Links a card or account to a wallet, by the token that the provider's own page gave.")
class LinkFundingSourceInput:
    """Links a card or account."""

    wallet_id: ID = strawberry.field(description="The wallet; the viewer must be allowed to use it.")
    asset_id: ID = strawberry.field(description="What it tops up: a coin of the wallet's municipality.")
    token: str = secret_field(
        description="The provider's token of the card or account, at most 200 characters; never a card's number."
    )
    label: str = strawberry.field(
        description="The name by which its owner knows it, such as the last 4 digits; at most 40 characters."
    )

    def source(self) -> NewSource:
        """The source; UnknownWalletError or UnknownAssetError for an id that names none."""
        municipality, wallet_id = wallet_key(self.wallet_id)
        return NewSource(
            municipality=municipality,
            wallet_id=wallet_id,
            asset=asset_number(self.asset_id, municipality),
            token=self.token.strip(),
            label=self.label.strip(),
        )


@strawberry.input(description="Unlinks a card or account from its wallet.")
class RemoveFundingSourceInput:
    """Unlinks a card or account."""

    funding_source_id: ID = strawberry.field(description="The source; of the viewer.")

    def key(self) -> tuple[int, UUID]:
        """Municipality and key of the source."""
        return source_key(self.funding_source_id)


def source_key(unchecked: str) -> tuple[int, UUID]:
    """Municipality and key of a funding source's id; UnknownFundingSourceError for every other text."""
    return key_of(Prefix.FUNDING_SOURCE, unchecked, UnknownFundingSourceError)
