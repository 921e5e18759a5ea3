"""Funding sources as their owners see them."""

from uuid import UUID

import strawberry

from domain.funding.reads import Source
from domain.identifiers import Prefix
from schema.assets.types import Asset, asset_of
from schema.core.context import MeguruInfo
from schema.core.node import Node


@strawberry.type(description="A card or account that the viewer has linked to a wallet. Only who linked it sees it.")
class FundingSource(Node):
    """A linked card or account."""

    source: strawberry.Private[Source]

    def key(self) -> tuple[Prefix, int, UUID | int]:
        """Its key in the wallet's municipality."""
        return Prefix.FUNDING_SOURCE, self.source.municipality, self.source.id

    @strawberry.field(description="The name that its owner gave it.")
    def label(self) -> str:
        return self.source.label

    @strawberry.field(description="The kind of value that it tops up.")
    async def asset(self, info: MeguruInfo) -> Asset:
        return await asset_of(info, self.source.asset)
