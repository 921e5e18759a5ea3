"""Funding sources: input in, one domain call, a view out."""

from typing import Annotated

from strawberry import argument

from domain.assets.refusals import UnknownAssetError
from domain.funding import link as linking
from domain.funding.reads import Source, sources_of
from domain.funding.refusals import UnknownFundingSourceError
from domain.ledger.refusals import UnknownWalletError
from resolvers.funding_views import LinkFundingSourceSuccess, RemoveFundingSourceSuccess
from resolvers.payments import actor
from schema.context import MeguruInfo
from schema.funding_inputs import LinkFundingSourceInput, RemoveFundingSourceInput
from schema.ids import ID, Prefix, read, read_number

OneWallet = Annotated[ID, argument(description="The wallet.")]


async def funding_sources(info: MeguruInfo, wallet_id: OneWallet) -> list[Source]:
    """What the viewer has linked to a wallet."""
    viewer = actor(info, "fundingSources")
    found = read(Prefix.WALLET, wallet_id)
    return [] if found is None else await sources_of(*found, viewer.person_id)


async def link_funding_source(info: MeguruInfo, input: LinkFundingSourceInput) -> LinkFundingSourceSuccess:
    """Links a card or account to a wallet."""
    viewer = actor(info, "linkFundingSource")
    found, asset = read(Prefix.WALLET, input.wallet_id), read_number(Prefix.ASSET, input.asset_id)
    if found is None:
        raise UnknownWalletError
    if asset is None or asset[0] != found[0]:
        raise UnknownAssetError
    new = linking.NewSource(*found, asset[1], input.token.strip(), input.label.strip())
    return LinkFundingSourceSuccess(await linking.link_source(info.context.services, viewer, new))


async def remove_funding_source(info: MeguruInfo, input: RemoveFundingSourceInput) -> RemoveFundingSourceSuccess:
    """Takes a card or account away."""
    viewer = actor(info, "removeFundingSource")
    found = read(Prefix.FUNDING_SOURCE, input.funding_source_id)
    if found is None:
        raise UnknownFundingSourceError
    return RemoveFundingSourceSuccess(await linking.remove_source(info.context.services, viewer, *found))
