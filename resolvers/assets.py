"""Assets: input in, one domain call, the contract's type out."""

from domain.assets import reads
from domain.assets.kinds import AssetKind
from domain.controls import settings
from domain.controls.change import change as change_control
from domain.controls.settings import NewLimits
from schema.approvals.types import approval_of
from schema.assets.inputs import ChangeAssetInput, CreateAssetInput, asset_key
from schema.assets.results import ChangeAssetPayload, CreateAssetPayload
from schema.assets.types import Asset
from schema.core.context import MeguruInfo
from schema.core.ids import Prefix
from schema.core.node import finds
from schema.municipalities.types import MunicipalityCode, list_of, number_of


@finds(Prefix.ASSET)
async def find(info: MeguruInfo, municipality: int, number: int) -> Asset | None:
    """Any asset; everybody may see them."""
    row = await info.context.load(reads.by_ids, number)
    return Asset(asset=row) if row is not None and row.municipality == municipality else None


async def assets(info: MeguruInfo, municipality: MunicipalityCode) -> list[Asset]:  # noqa: ARG001 - as every root field
    """The kinds of value of a municipality that wallets hold."""
    rows = await list_of(municipality, reads.of_municipality)
    return [Asset(asset=row) for row in rows if row.kind is not AssetKind.CASH]


async def create_asset(info: MeguruInfo, input: CreateAssetInput) -> CreateAssetPayload:
    """Creates a kind of value."""
    municipality = await number_of(input.municipality)
    changed = await change_control(
        info.context.services, info.context.signed_in, settings.ASSET, municipality, input.asset(municipality)
    )
    if changed.result is None:
        return CreateAssetPayload(approval=approval_of(changed.approval))
    return CreateAssetPayload(asset=Asset(asset=changed.result))


async def change_asset(info: MeguruInfo, input: ChangeAssetInput) -> ChangeAssetPayload:
    """Changes an asset."""
    municipality, number = asset_key(input.asset_id)
    changed = await change_control(
        info.context.services,
        info.context.signed_in,
        settings.ASSET_CHANGE,
        municipality,
        NewLimits(number, input.change(municipality)),
    )
    if changed.result is None:
        return ChangeAssetPayload(approval=approval_of(changed.approval))
    return ChangeAssetPayload(asset=Asset(asset=changed.result))
