"""Create assets on behalf of staff."""

from domain.approvals.trail import record
from domain.assets import reads
from domain.assets.create import NewAsset, check, create_asset
from domain.assets.reads import ASSETS, Asset
from domain.assets.refusals import UnknownAssetError
from domain.database import transaction
from domain.ledger.holders import require_staff
from domain.ledger.request import effective_on
from domain.services import Services
from domain.viewer import Relation, Viewer


async def make_asset(services: Services, viewer: Viewer, municipality: int, new: NewAsset) -> Asset:
    """Create an asset in the officer's municipality and write the audit entry in the same commit."""
    await require_staff(municipality, viewer, Relation.FINANCE)
    now = services.clock()
    check(new, effective_on(now))
    async with transaction():
        number = await create_asset(municipality, new, now)
        after = {"code": new.code, "kind": new.kind.name, "paid": new.paid, "expiry_rule": new.expiry_rule.name}
        await record(municipality, viewer, "create_asset", number, "", None, after, now)
    services.shared(ASSETS).forget(municipality)
    asset = await reads.in_municipality(municipality, number)
    if asset is None:
        raise UnknownAssetError
    return asset
