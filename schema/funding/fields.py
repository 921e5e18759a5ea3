"""Root fields of funding sources."""

import strawberry

from domain.assets.refusals import UnknownAssetError
from domain.funding.refusals import UnknownFundingSourceError
from domain.ledger.refusals import UnknownWalletError
from domain.refusals import InvalidInputError
from resolvers import funding
from schema.core.fields import RESIDENT, mutation, query
from schema.funding.results import LinkFundingSourcePayload, RemoveFundingSourcePayload
from schema.funding.types import FundingSource


@strawberry.type
class FundingQuery:
    """Linked cards and accounts."""

    funding_sources = query(
        funding.funding_sources,
        list[FundingSource],
        roles=RESIDENT,
        description=(
            "The cards and accounts that the viewer has linked to a wallet, oldest first, at most 10. For residents."
        ),
    )


@strawberry.type
class FundingMutation:
    """Linking and unlinking cards and accounts."""

    link_funding_source = mutation(
        funding.link_funding_source,
        LinkFundingSourcePayload,
        roles=RESIDENT,
        refuses=(UnknownWalletError, UnknownAssetError, InvalidInputError),
        description="Links a card or account to a wallet, at most 10. For residents, to wallets that they may use.",
    )
    remove_funding_source = mutation(
        funding.remove_funding_source,
        RemoveFundingSourcePayload,
        roles=RESIDENT,
        refuses=(UnknownFundingSourceError,),
        description="Unlinks a card or account. For residents who linked it.",
    )
