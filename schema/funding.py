"""Funding sources: cards and accounts that residents have linked to their wallets."""

from typing import Annotated

import strawberry
from strawberry import Parent
from strawberry.types import Info

from domain.funding.reads import Source
from resolvers import funding_views as views
from schema import errors
from schema.context import Context
from schema.ids import ID, Prefix, encode
from schema.parties import Asset, Node, asset


@strawberry.type(description="A card or account that the viewer has linked to a wallet. Only who linked it sees it.")
class FundingSource(Node):
    """A linked card or account."""

    label: str = strawberry.field(description="How its owner knows it.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Interface members are domain objects."""
        return isinstance(obj, Source)

    @strawberry.field(description="Opaque, prefixed, stable.")  # type: ignore[misc] # the field of the interface
    def id(root: Parent[Source]) -> ID:
        return ID(encode(Prefix.FUNDING_SOURCE, root.municipality, root.id))

    @strawberry.field(description="What it tops up.")
    async def asset(root: Parent[Source], info: Info[Context, None]) -> Asset:
        return await asset(info, root.asset)  # type: ignore[return-value]


@strawberry.type(description="A linked card or account.")
class LinkFundingSourceSuccess:
    """A linked card or account."""

    funding_source: FundingSource = strawberry.field(description="The card or account.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.LinkFundingSourceSuccess)


@strawberry.type(description="A card or account that is no longer linked.")
class RemoveFundingSourceSuccess:
    """A card or account that is no longer linked."""

    funding_source: FundingSource = strawberry.field(description="The card or account.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.RemoveFundingSourceSuccess)


LinkFundingSourceResult = Annotated[
    LinkFundingSourceSuccess
    | errors.UnknownWalletError
    | errors.UnknownAssetError
    | errors.InvalidInputError
    | errors.NotPermittedError,
    strawberry.union("LinkFundingSourceResult", description="What `linkFundingSource` answers."),
]
RemoveFundingSourceResult = Annotated[
    RemoveFundingSourceSuccess | errors.UnknownFundingSourceError | errors.NotPermittedError,
    strawberry.union("RemoveFundingSourceResult", description="What `removeFundingSource` answers."),
]
