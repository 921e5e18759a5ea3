"""Root fields of assets."""

import strawberry

from domain.assets.refusals import UnknownAssetError, UnsafeChangeError
from domain.refusals import InvalidInputError
from resolvers import assets as asset_resolvers
from schema.assets.results import ChangeAssetPayload, CreateAssetPayload
from schema.assets.types import Asset
from schema.core.fields import EVERYBODY, FINANCE, mutation, query


@strawberry.type
class AssetsQuery:
    """Assets of a municipality."""

    assets = query(
        asset_resolvers.assets,
        list[Asset],
        roles=EVERYBODY,
        description="The kinds of value of a municipality. For everybody, also without a token.",
    )


@strawberry.type
class AssetsMutation:
    """Making and changing assets."""

    create_asset = mutation(
        asset_resolvers.create_asset,
        CreateAssetPayload,
        roles=FINANCE,
        refuses=(InvalidInputError,),
        description="Creates a kind of value. For finance officers of the municipality.",
    )
    change_asset = mutation(
        asset_resolvers.change_asset,
        ChangeAssetPayload,
        roles=FINANCE,
        refuses=(UnsafeChangeError, UnknownAssetError, InvalidInputError),
        description=(
            "Changes names, legal disclosures, limits and accepting stores of a kind of value, as far as nobody loses."
            " For finance officers of the municipality."
        ),
    )
