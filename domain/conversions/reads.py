"""Reads of conversion rates, for other rooms."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.database import rows

_RATE = """select municipality_id, id, from_asset_id, to_asset_id, programme_id, numerator, denominator, minimum_unit,
  daily_cap, valid_from, later_end_reason
  from conversion_rate """


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate between two assets, in force from a time until the next rate of the same assets.

    numerator: units of `to_asset` received for `denominator` units of `from_asset`; 0: conversion has ended.
    minimum_unit: the converted amount is a multiple of it. cap_per_day: the most that a person may convert in a day of
    Asia/Tokyo; None: no limit. Both in whole units of `from_asset`. later_end_reason: why what is received may end
    later than what was converted; empty: it may not.
    """

    municipality: int
    id: UUID
    from_asset: int
    to_asset: int
    programme_id: UUID
    numerator: int
    denominator: int
    minimum_unit: int
    cap_per_day: int | None
    starts_at: datetime
    later_end_reason: str = ""

    def received(self, amount: int, unit: int) -> int:
        """Compute the amount received, rounded down to multiples of `unit`. Whole units."""
        exact = amount * self.numerator // self.denominator
        return exact - exact % unit

    def spent(self, received: int) -> int:
        """Compute the least amount that yields `received`: a multiple of the minimum unit. The rest stays as it is."""
        least = -(-received * self.denominator // self.numerator)
        return -(-least // self.minimum_unit) * self.minimum_unit


async def rate_at(municipality: int, from_asset: int, to_asset: int, at: datetime) -> Rate | None:
    """Read the rate in force at a time; None where there is no conversion."""
    latest = await rows(
        _RATE + "where municipality_id = $1 and from_asset_id = $2 and to_asset_id = $3 and valid_from <= $4"
        " order by valid_from desc, created_at desc, id desc limit 1",
        municipality,
        from_asset,
        to_asset,
        at,
    )
    return None if not latest or not latest[0]["numerator"] else _rate(latest[0])


async def rates_of(municipality: int, at: datetime) -> list[Rate]:
    """List the rates of a municipality that are in force at a time or will be, by assets and start."""
    rates = await rows(
        _RATE
        + """r where municipality_id = $1 and (valid_from > $2 or numerator > 0 and not exists (select
          from conversion_rate n
            where n.municipality_id = r.municipality_id and n.from_asset_id = r.from_asset_id
              and n.to_asset_id = r.to_asset_id
              and n.valid_from <= $2 and (n.valid_from, n.created_at, n.id) > (r.valid_from, r.created_at, r.id)))
          order by from_asset_id, to_asset_id, valid_from, created_at""",
        municipality,
        at,
    )
    return [_rate(row) for row in rates]


def _rate(row: dict[str, Any]) -> Rate:
    return Rate(
        municipality=row["municipality_id"],
        id=row["id"],
        from_asset=row["from_asset_id"],
        to_asset=row["to_asset_id"],
        programme_id=row["programme_id"],
        numerator=row["numerator"],
        denominator=row["denominator"],
        minimum_unit=row["minimum_unit"],
        cap_per_day=row["daily_cap"],
        starts_at=row["valid_from"],
        later_end_reason=row["later_end_reason"],
    )
