"""Rates, as others see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.database import rows

_RATE = """select municipality_id, id, from_asset_id, to_asset_id, programme_id, numerator, denominator, minimum_unit,
  daily_cap, valid_from
  from conversion_rate """


@dataclass(frozen=True, slots=True)
class Rate:
    """So many units of one asset for so many of another, from an instant on until the next rate of the two.

    numerator: units that are received for `denominator` units; 0: no conversion any more. minimum_unit: what is
    converted is a multiple
    of it. cap_per_day: the most that a person converts in a day of Asia/Tokyo. Whole units of what is converted.
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

    def received(self, amount: int, unit: int) -> int:
        """What an amount brings, rounded down to units of what is received."""
        exact = amount * self.numerator // self.denominator
        return exact - exact % unit

    def spent(self, received: int) -> int:
        """The least amount, in whole units of conversion, that brings so much: the rest stays in the wallet."""
        least = -(-received * self.denominator // self.numerator)
        return -(-least // self.minimum_unit) * self.minimum_unit


async def rate_at(municipality: int, from_asset: int, to_asset: int, at: datetime) -> Rate | None:
    """The rate in force at an instant; None: no conversion."""
    found = await rows(
        _RATE + "where municipality_id = $1 and from_asset_id = $2 and to_asset_id = $3 and valid_from <= $4"
        " order by valid_from desc, created_at desc, id desc limit 1",
        municipality,
        from_asset,
        to_asset,
        at,
    )
    return None if not found or not found[0]["numerator"] else _rate(found[0])


async def rates_of(municipality: int, at: datetime, limit: int) -> list[Rate]:
    """The rates of a town that are in force at an instant or will be, by assets and beginning."""
    found = await rows(
        _RATE
        + """r where municipality_id = $1 and (valid_from > $2 or numerator > 0 and not exists (select
          from conversion_rate n
            where n.municipality_id = r.municipality_id and n.from_asset_id = r.from_asset_id
              and n.to_asset_id = r.to_asset_id
              and n.valid_from <= $2 and (n.valid_from, n.created_at, n.id) > (r.valid_from, r.created_at, r.id)))
          order by from_asset_id, to_asset_id, valid_from, created_at limit $3""",
        municipality,
        at,
        limit,
    )
    return [_rate(row) for row in found]


def _rate(row: dict[str, Any]) -> Rate:
    return Rate(*row.values())
