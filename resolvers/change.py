"""Changes of assets and programmes: input in, one domain call, a view out."""

from domain.assets import change as changing_assets
from domain.assets.refusals import UnknownAssetError
from domain.programmes import change as changing
from domain.programmes.refusals import UnknownProgrammeError
from resolvers.change_views import ChangeAssetSuccess, ChangeBudgetSuccess, ChangeProgrammeSuccess
from resolvers.payments import actor
from resolvers.value import acceptance_of
from schema.change_inputs import ChangeAssetInput, ChangeBudgetInput, ChangeProgrammeInput
from schema.context import MeguruInfo
from schema.ids import Prefix, read, read_number


async def change_asset(info: MeguruInfo, input: ChangeAssetInput) -> ChangeAssetSuccess:
    """Changes an asset."""
    viewer = actor(info, "changeAsset")
    found = read_number(Prefix.ASSET, input.asset_id)
    if found is None:
        raise UnknownAssetError
    change = changing_assets.AssetChange(
        _stripped(input.name_ja),
        _stripped(input.name_en),
        input.disclosure_ja,
        input.disclosure_en,
        None if input.acceptance is None else acceptance_of(input.acceptance, found[0]),
    )
    return ChangeAssetSuccess(await changing_assets.change_asset(info.context.services, viewer, *found, change))


async def change_programme(info: MeguruInfo, input: ChangeProgrammeInput) -> ChangeProgrammeSuccess:
    """Changes a programme."""
    viewer = actor(info, "changeProgramme")
    found = read(Prefix.PROGRAMME, input.programme_id)
    if found is None:
        raise UnknownProgrammeError
    change = changing.ProgrammeChange(
        _stripped(input.name_ja), _stripped(input.name_en), input.ends_at, bool(input.stop_now)
    )
    return ChangeProgrammeSuccess(await changing.change_programme(info.context.services, viewer, *found, change))


async def change_budget(info: MeguruInfo, input: ChangeBudgetInput) -> ChangeBudgetSuccess:
    """Changes a programme's budget."""
    viewer = actor(info, "changeBudget")
    found = read(Prefix.PROGRAMME, input.programme_id)
    if found is None:
        raise UnknownProgrammeError
    made, posted = await changing.change_budget(
        info.context.services, viewer, *found, input.idempotency_key, input.change
    )
    return ChangeBudgetSuccess(made, posted.replayed)


def _stripped(given: str | None) -> str | None:
    return None if given is None else given.strip()
