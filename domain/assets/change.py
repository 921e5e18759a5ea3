"""Change an asset: its names, its disclosure, and where it may be spent.

Holders received their value with its rules. Once value has been issued, the stores that accept it may therefore be
extended but not reduced. Expiry, kind, and whether the asset is paid for never change.
"""

from dataclasses import asdict, dataclass
from typing import Any

from tortoise.connection import get_connection

from domain.approvals.trail import record
from domain.assets import reads
from domain.assets.create import DISCLOSURE_LIMIT, NAME_LIMIT
from domain.assets.kinds import AssetKind
from domain.assets.reads import ASSETS, Asset
from domain.assets.refusals import UnknownAssetError, UnsafeChangeError
from domain.assets.tables import Asset as Row
from domain.conditions.acceptance import Acceptance, covers, from_json, to_json
from domain.database import transaction
from domain.ledger.holders import require_staff
from domain.refusals import InvalidInputError
from domain.services import Services
from domain.viewer import Relation, Viewer


@dataclass(frozen=True, slots=True)
class AssetChange:
    """New values for an asset; None leaves a value unchanged."""

    name_ja: str | None = None
    name_en: str | None = None
    disclosure_ja: str | None = None
    disclosure_en: str | None = None
    acceptance: Acceptance | None = None


async def change_asset(
    services: Services, viewer: Viewer, municipality: int, number: int, change: AssetChange
) -> Asset:
    """Change an asset and write the audit entry in the same commit. Payments follow within `cache.SECONDS`.

    Raises UnknownAssetError, InvalidInputError and UnsafeChangeError.
    """
    await require_staff(municipality, viewer, Relation.FINANCE)
    _check(change)
    async with transaction():
        # The lock blocks new lots of the asset, so "no value issued yet" stays true until the commit.
        row = await Row.select_for_update().get_or_none(municipality_id=municipality, id=number)
        if row is None or row.kind == AssetKind.CASH:
            raise UnknownAssetError
        await _check_safe(row, change)
        before, after = _difference(row, change)
        if after:
            await Row.filter(municipality_id=municipality, id=number).update(**after)
            await record(
                municipality, viewer.person_id, "change_asset", str(number), "", before, after, services.clock()
            )
    services.shared(ASSETS).forget(municipality)
    asset = await reads.in_municipality(municipality, number)
    if asset is None:
        raise UnknownAssetError
    return asset


def _check(change: AssetChange) -> None:
    for name in ("name_ja", "name_en"):
        text = getattr(change, name)
        if text is not None and not 0 < len(text) <= NAME_LIMIT:
            raise InvalidInputError(name, "LENGTH")
    for name in ("disclosure_ja", "disclosure_en"):
        if len(getattr(change, name) or "") > DISCLOSURE_LIMIT:
            raise InvalidInputError(name, "LENGTH")


async def _check_safe(row: Row, change: AssetChange) -> None:
    if change.acceptance is None or covers(change.acceptance, from_json(row.acceptance)):
        return
    issued = "select 1 from lot where municipality_id = $1 and asset_id = $2 limit 1"
    if await get_connection("default").execute_query_dict(issued, [row.municipality_id, row.id]):
        raise UnsafeChangeError("acceptance")


def _difference(row: Row, change: AssetChange) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the values of the changed columns, before and after."""
    columns = {name: value for name, value in asdict(change).items() if value is not None and name != "acceptance"}
    if change.acceptance is not None:
        columns["acceptance"] = to_json(change.acceptance)
    after = {name: value for name, value in columns.items() if value != getattr(row, name)}
    return {name: getattr(row, name) for name in after}, after
