"""Change an asset: its names, its disclosure, its limits, and where it may be spent.

Holders received their value with its rules. Once value has been issued, the stores that accept it may therefore be
extended but not reduced, the most that one payment uses may only rise, and the minimum unit may only become a part of
what it was. The most that is charged at once and that a wallet holds concern value that is still to come: they change
freely. Expiry, kind, and whether the asset is paid for never change.
"""

from dataclasses import asdict, dataclass
from typing import Any

from tortoise.connection import get_connection

from domain.approvals.trail import record
from domain.assets import reads
from domain.assets.create import DISCLOSURE_LIMIT, LARGEST, NAME_LIMIT
from domain.assets.kinds import AssetKind
from domain.assets.reads import ASSETS, Asset
from domain.assets.refusals import UnknownAssetError, UnsafeChangeError
from domain.assets.tables import Asset as Row
from domain.conditions.acceptance import Acceptance, covers, from_json, to_json
from domain.database import transaction
from domain.ledger.holders import require_staff
from domain.refusals import InvalidInputError
from domain.services import Services
from domain.typed_text import unusable_name
from domain.viewer import Relation, Viewer

_LIMITS = ("charge_maximum", "payment_maximum", "balance_cap", "minimum_unit")


@dataclass(frozen=True, slots=True)
class AssetChange:
    """New values for an asset; None leaves a value unchanged. Limits in whole units."""

    name_ja: str | None = None
    name_en: str | None = None
    disclosure_ja: str | None = None
    disclosure_en: str | None = None
    acceptance: Acceptance | None = None
    charge_maximum: int | None = None
    payment_maximum: int | None = None
    balance_cap: int | None = None
    minimum_unit: int | None = None


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
            await record(municipality, viewer, "change_asset", number, "", before, after, services.clock())
    services.shared(ASSETS).forget(municipality)
    asset = await reads.in_municipality(municipality, number)
    if asset is None:
        raise UnknownAssetError
    return asset


def _check(change: AssetChange) -> None:
    for name in ("name_ja", "name_en"):
        text = getattr(change, name)
        problem = None if text is None else unusable_name(text, NAME_LIMIT)
        if problem is not None:
            raise InvalidInputError(name, problem)
    for name in ("disclosure_ja", "disclosure_en"):
        if len(getattr(change, name) or "") > DISCLOSURE_LIMIT:
            raise InvalidInputError(name, "LENGTH")
    for name in _LIMITS:
        limit = getattr(change, name)
        if limit is not None and not 1 <= limit <= LARGEST:
            raise InvalidInputError(name, "POSITIVE")


async def _check_safe(row: Row, change: AssetChange) -> None:
    """Raise InvalidInputError for limits that contradict each other, UnsafeChangeError for what takes rights away."""
    unit, maximum = change.minimum_unit or row.minimum_unit, change.payment_maximum or row.payment_maximum
    if maximum < unit:
        raise InvalidInputError("payment_maximum", "BELOW_UNIT")
    restricts = {
        "acceptance": change.acceptance is not None and not covers(change.acceptance, from_json(row.acceptance)),
        "payment_maximum": maximum < row.payment_maximum,
        "minimum_unit": row.minimum_unit % unit != 0,
    }
    field = next((name for name, does in restricts.items() if does), None)
    issued = "select 1 from lot where municipality_id = $1 and asset_id = $2 limit 1"
    if field and await get_connection("default").execute_query_dict(issued, [row.municipality_id, row.id]):
        raise UnsafeChangeError(field)


def _difference(row: Row, change: AssetChange) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the values of the changed columns, before and after."""
    columns = {name: value for name, value in asdict(change).items() if value is not None and name != "acceptance"}
    if change.acceptance is not None:
        columns["acceptance"] = to_json(change.acceptance)
    after = {name: value for name, value in columns.items() if value != getattr(row, name)}
    return {name: getattr(row, name) for name in after}, after
