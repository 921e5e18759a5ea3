"""Assets and lots, as others see them."""

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.assets.kinds import AssetKind
from domain.assets.tables import Asset as Row
from domain.ledger.request import effective_on


@dataclass(frozen=True, slots=True)
class Asset:
    """A kind of value. Limits in whole units; `expires_after_months` None: value without expiry."""

    municipality: int
    id: int
    kind: AssetKind
    code: str
    name_ja: str
    name_en: str
    unit_ja: str
    unit_en: str
    paid: bool
    expires_after_months: int | None
    charge_maximum: int
    payment_maximum: int
    balance_cap: int | None


@dataclass(frozen=True, slots=True)
class Lot:
    """Where value came from and until when it may be spent. `expires_at` is exclusive."""

    municipality: int
    id: int
    asset: int
    paid: bool
    issued_at: datetime | None
    usable_from: datetime | None
    expires_at: datetime | None


def last_day(expires_at: datetime | None) -> date | None:
    """The last civil day in Asia/Tokyo on which value may be spent."""
    return None if expires_at is None else effective_on(expires_at - timedelta(microseconds=1))


async def by_ids(ids: list[int]) -> list[Asset | None]:
    """Assets in the order of their ids; None where there is none."""
    found = {row.id: _of(row) for row in await Row.filter(id__in=ids)}
    return [found.get(number) for number in ids]


class Known:
    """A town's assets as a process remembers them for SECONDS: limits that staff changed count everywhere soon after."""

    SECONDS = 10.0
    TOWNS = 5_000

    def __init__(self) -> None:
        self._towns: dict[int, tuple[float, list[Asset]]] = {}

    async def of(self, municipality: int) -> list[Asset]:
        """All assets of a town, by id."""
        now = time.monotonic()
        found = self._towns.get(municipality)
        if found is None or now - found[0] > self.SECONDS:
            if len(self._towns) >= self.TOWNS:
                self._towns.clear()
            found = self._towns[municipality] = (now, await of_municipality(municipality))
        return found[1]


async def of_municipality(municipality: int) -> list[Asset]:
    """All assets of a town, by id."""
    return [_of(row) for row in await Row.filter(municipality_id=municipality).order_by("id")]


async def in_municipality(municipality: int, asset: int) -> Asset | None:
    """One asset of a town."""
    row = await Row.get_or_none(municipality_id=municipality, id=asset)
    return None if row is None else _of(row)


def _of(row: Row) -> Asset:
    return Asset(
        row.municipality_id, row.id, AssetKind(row.kind), row.code, row.name_ja, row.name_en, row.unit_ja, row.unit_en, row.paid,
        row.expires_after_months, row.charge_maximum, row.payment_maximum, row.balance_cap,
    )  # fmt: skip
