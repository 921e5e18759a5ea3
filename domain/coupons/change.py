"""Changes to an issued coupon: its names, an earlier end, and a stop.

People may hold the coupon already, so nothing else changes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.approvals.trail import record
from domain.assets.create import NAME_LIMIT
from domain.coupons import reads
from domain.coupons.coupon import Coupon
from domain.coupons.reads import COUPONS
from domain.coupons.refusals import UnknownCouponError
from domain.coupons.tables import Coupon as Row
from domain.database import transaction
from domain.ledger.holders import may, require_staff, set_state
from domain.ledger.kinds import HolderState
from domain.refusals import InvalidInputError
from domain.services import Services
from domain.typed_text import unusable_name
from domain.viewer import Relation, Viewer


@dataclass(frozen=True, slots=True)
class Change:
    """The fields to change; None leaves a field as it is."""

    name_ja: str | None = None
    name_en: str | None = None
    ends_at: datetime | None = None
    stop: bool = False


async def change_coupon(
    services: Services, viewer: Viewer, municipality: int, coupon_id: UUID, change: Change
) -> Coupon:
    """Change a coupon, with its row of the audit trail in the same commit.

    A stop is in force for the next use that the ledger locks. UnknownCouponError, NotPermittedError, InvalidInputError.
    """
    coupon = await _existing(municipality, coupon_id)
    await _check_issuer(viewer, coupon)
    now = services.clock()
    changed = _changed(coupon, change, now)
    if changed:
        before = {name: _audited(getattr(coupon, name)) for name in changed}
        async with transaction():
            await Row.filter(municipality_id=municipality, id=coupon_id).update(**changed)
            if "stopped_at" in changed:
                await set_state(municipality, coupon_id, HolderState.FROZEN)
            after = {name: _audited(value) for name, value in changed.items()}
            await record(municipality, viewer, "change_coupon", coupon_id, "", before, after, now)
    services.shared(COUPONS).forget((municipality, coupon_id))
    return await _existing(municipality, coupon_id)


async def _existing(municipality: int, coupon_id: UUID) -> Coupon:
    coupon = await reads.by_id(municipality, coupon_id)
    if coupon is None:
        raise UnknownCouponError
    return coupon


async def _check_issuer(viewer: Viewer, coupon: Coupon) -> None:
    """Require staff of the store for its own coupon, or a finance officer of the municipality for any."""
    own = viewer.relations(Relation.STAFF)
    if coupon.store_id is None or not own or not await may(coupon.municipality, coupon.store_id, viewer.person_id, own):
        await require_staff(coupon.municipality, viewer, Relation.FINANCE)


def _changed(coupon: Coupon, change: Change, now: datetime) -> dict[str, Any]:
    """Collect the columns that change; InvalidInputError for the first that may not."""
    changed: dict[str, Any] = {}
    for field, name in (("name_ja", change.name_ja), ("name_en", change.name_en)):
        problem = None if name is None else unusable_name(name, NAME_LIMIT)
        if problem is not None:
            raise InvalidInputError(field, problem)
        if name is not None and name.strip() != getattr(coupon, field):
            changed[field] = name.strip()
    if change.ends_at is not None and change.ends_at != coupon.ends_at:
        if change.ends_at > coupon.ends_at:
            raise InvalidInputError("ends_at", "ONLY_EARLIER")
        if change.ends_at < max(now, coupon.starts_at):
            raise InvalidInputError("ends_at", "PAST" if change.ends_at < now else "ORDER")
        changed["ends_at"] = change.ends_at
    if change.stop and coupon.stopped_at is None:
        changed["stopped_at"] = now
    return changed


def _audited(value: Any) -> Any:  # noqa: ANN401 - a column
    return value.isoformat() if isinstance(value, datetime) else value
