"""A municipality sets the rate at which value is converted into other value.

A rate never changes: a later one replaces it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.connection import get_connection

from domain.approvals.trail import record
from domain.assets import reads as assets
from domain.assets.kinds import AssetKind
from domain.assets.refusals import UnknownAssetError
from domain.conversions.reads import Rate
from domain.database import transaction
from domain.ledger.holders import require_staff
from domain.programmes import reads as programmes
from domain.programmes.kinds import ProgrammeKind
from domain.programmes.refusals import UnknownProgrammeError
from domain.refusals import InvalidInputError
from domain.services import Services
from domain.viewer import Relation, Viewer

LARGEST_PART = 1_000_000
"""The largest numerator or denominator of a rate."""
LARGEST = 10_000_000
"""The largest minimum unit or daily cap. Whole units."""
REASON_LIMIT = 200


@dataclass(frozen=True, slots=True)
class NewRate:
    """The terms of a new rate; see `reads.Rate`. `starts_at` None: from now on."""

    from_asset: int
    to_asset: int
    programme_id: UUID
    numerator: int
    denominator: int
    minimum_unit: int
    cap_per_day: int | None = None
    starts_at: datetime | None = None
    later_end_reason: str = ""


async def set_rate(
    services: Services, viewer: Viewer, municipality: int, new: NewRate, rate_id: UUID | None = None
) -> Rate:
    """Set a rate, with its row of the audit trail in the same commit.

    What another officer must approve is decided before, by `domain.controls`; a rate of the same `rate_id` is set once.
    UnknownAssetError, UnknownProgrammeError, InvalidInputError.
    """
    await require_staff(municipality, viewer, Relation.FINANCE)
    now = services.clock()
    await check_new(municipality, new, now)
    rate = Rate(
        municipality=municipality,
        id=rate_id or services.ids.new(),
        from_asset=new.from_asset,
        to_asset=new.to_asset,
        programme_id=new.programme_id,
        numerator=new.numerator,
        denominator=new.denominator,
        minimum_unit=new.minimum_unit,
        cap_per_day=new.cap_per_day,
        starts_at=new.starts_at or now,
        later_end_reason=new.later_end_reason.strip(),
    )
    async with transaction():
        await get_connection("default").execute_query(
            """insert into conversion_rate (municipality_id, id, from_asset_id, to_asset_id, programme_id, numerator,
              denominator, minimum_unit,
              daily_cap, valid_from, created_by, created_at, later_end_reason)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                on conflict do nothing""",
            [
                municipality,
                rate.id,
                rate.from_asset,
                rate.to_asset,
                rate.programme_id,
                rate.numerator,
                rate.denominator,
                rate.minimum_unit,
                rate.cap_per_day,
                rate.starts_at,
                viewer.person_id,
                now,
                rate.later_end_reason,
            ],
        )
        after = {
            "from": rate.from_asset,
            "to": rate.to_asset,
            "numerator": rate.numerator,
            "denominator": rate.denominator,
            "minimum_unit": rate.minimum_unit,
            "cap_per_day": rate.cap_per_day,
            "programme": str(rate.programme_id),
            "starts_at": rate.starts_at.isoformat(),
        }
        reason = rate.later_end_reason
        if reason:
            after |= {"later_end": True}
        await record(municipality, viewer, "set_conversion_rate", rate.id, "", None, after, now, note=reason)
    return rate


async def check_new(municipality: int, new: NewRate, now: datetime) -> None:
    """Raise UnknownAssetError, UnknownProgrammeError, or InvalidInputError for the first field that is wrong."""
    source = await assets.in_municipality(municipality, new.from_asset)
    target = await assets.in_municipality(municipality, new.to_asset)
    if source is None or target is None or AssetKind.CASH in {source.kind, target.kind}:
        raise UnknownAssetError
    programme = await programmes.by_id(municipality, new.programme_id)
    if programme is None:
        raise UnknownProgrammeError
    wrong = [
        ("to_asset_id", "SAME_ASSET", new.from_asset == new.to_asset),
        # Money that residents paid in is kept apart: it is converted neither into points nor into other money.
        ("from_asset_id", "PAID_IS_NOT_CONVERTED", source.paid),
        (
            "programme_id",
            "PROGRAMME_OF_CONVERSION",
            programme.kind is not ProgrammeKind.CONVERSION or programme.asset != new.to_asset,
        ),
        ("numerator", "RATE_PART", not 0 <= new.numerator <= LARGEST_PART),
        ("denominator", "RATE_PART", not 1 <= new.denominator <= LARGEST_PART),
        ("minimum_unit", "POSITIVE", not 1 <= new.minimum_unit <= LARGEST),
        ("minimum_unit", "UNIT_OF_ASSET", new.minimum_unit % source.minimum_unit != 0),
        ("cap_per_day", "POSITIVE", new.cap_per_day is not None and not 1 <= new.cap_per_day <= LARGEST),
        ("later_end_reason", "LENGTH", len(new.later_end_reason) > REASON_LIMIT),
        ("later_end_reason", "REASON_OF_END", bool(new.later_end_reason.strip()) and source.six_month_exempt),
        ("starts_at", "PAST", new.starts_at is not None and new.starts_at < now),
    ]
    for field, problem, is_wrong in wrong:
        if is_wrong:
            raise InvalidInputError(field, problem)
