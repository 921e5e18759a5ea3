"""Funding sources: input in, one domain call, the contract's type out."""

from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.funding import link, reads
from schema.core.context import MeguruInfo
from schema.core.ids import ID, Prefix, read
from schema.core.node import finds
from schema.funding.inputs import LinkFundingSourceInput, RemoveFundingSourceInput
from schema.funding.results import LinkFundingSourcePayload, RemoveFundingSourcePayload
from schema.funding.types import FundingSource

WalletId = Annotated[ID, argument(description="The wallet.")]


@finds(Prefix.FUNDING_SOURCE)
async def find(info: MeguruInfo, municipality: int, key: UUID) -> FundingSource | None:
    """A source that the viewer has linked."""
    source = await info.context.load(reads.sources_by_keys, (municipality, key))
    own = source is not None and source.person_id == info.context.signed_in.person_id
    return FundingSource(source=source) if source is not None and own else None


async def funding_sources(info: MeguruInfo, wallet_id: WalletId) -> list[FundingSource]:
    """What the viewer has linked to a wallet, oldest first."""
    wallet = read(Prefix.WALLET, wallet_id)
    sources = [] if wallet is None else await reads.sources_of(*wallet, info.context.signed_in.person_id)
    return [FundingSource(source=source) for source in sources]


async def link_funding_source(info: MeguruInfo, input: LinkFundingSourceInput) -> LinkFundingSourcePayload:
    """Links a card or account to a wallet."""
    source = await link.link_source(info.context.services, info.context.signed_in, input.source())
    return LinkFundingSourcePayload(funding_source=FundingSource(source=source))


async def remove_funding_source(info: MeguruInfo, input: RemoveFundingSourceInput) -> RemoveFundingSourcePayload:
    """Unlinks a card or account from its wallet."""
    source = await link.remove_source(info.context.services, info.context.signed_in, *input.key())
    return RemoveFundingSourcePayload(funding_source=FundingSource(source=source))
