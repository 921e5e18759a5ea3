"""New assets, and the lots that charges fall into."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from tortoise.connection import get_connection

from domain.assets.kinds import AssetKind
from domain.assets.reads import Asset, Lot
from domain.ledger.kinds import Funding, LotOrigin
from domain.ledger.request import effective_on

_TOKYO = timedelta(hours=9)


@dataclass(frozen=True, slots=True)
class NewAsset:
    """What an asset is made of. Limits in whole units."""

    code: str
    kind: AssetKind
    name_ja: str
    name_en: str
    unit_ja: str
    unit_en: str
    paid: bool
    charge_maximum: int
    payment_maximum: int
    balance_cap: int | None = None
    expires_after_months: int | None = None


async def create_asset(municipality: int, new: NewAsset, now: datetime) -> int:
    """Makes an asset; its id."""
    [row] = await get_connection("default").execute_query_dict(
        """insert into asset (municipality_id, kind, code, name_ja, name_en, unit_ja, unit_en, paid, expires_after_months, charge_maximum,
          payment_maximum, balance_cap, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning id""",
        [municipality, new.kind, new.code, new.name_ja, new.name_en, new.unit_ja, new.unit_en, new.paid, new.expires_after_months,
         new.charge_maximum, new.payment_maximum, new.balance_cap, now],
    )  # fmt: skip
    number: int = row["id"]
    return number


class ChargeLots:
    """The lot of everything that is charged of an asset on a day of Asia/Tokyo: one expiry, one row, shared by all wallets.

    Lots never change, so a process asks the database for each once.
    """

    LIMIT = 10_000

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, date], Lot] = {}

    async def of(self, asset: Asset, at: datetime) -> Lot:
        """The lot for a charge at an instant."""
        key = (asset.municipality, asset.id, effective_on(at))
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= self.LIMIT:
                self._known.clear()
            found = self._known[key] = await _ensure_lot(asset, key[2])
        return found


async def _ensure_lot(asset: Asset, day: date) -> Lot:
    issued_at = midnight(day)
    expires_at = None if asset.expires_after_months is None else midnight(months_later(day, asset.expires_after_months) + timedelta(days=1))
    values = [asset.municipality, asset.id, LotOrigin.CHARGE, Funding.CASH, day, issued_at, expires_at]
    connection = get_connection("default")
    await connection.execute_query(
        """insert into lot (municipality_id, asset_id, origin, funding, issued_on, issued_at, expires_at)
          values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing""",
        values,
    )
    [row] = await connection.execute_query_dict(
        """select id from lot where municipality_id = $1 and asset_id = $2 and programme_id is null and origin = $3 and funding = $4
          and issued_on = $5 and usable_from is null and expires_at is not distinct from $6 and terms_version = 1""",
        [*values[:5], expires_at],
    )
    return Lot(asset.municipality, row["id"], asset.id, asset.paid, issued_at, None, expires_at)


def midnight(day: date) -> datetime:
    """00:00 in Asia/Tokyo, as an instant in UTC."""
    return datetime.combine(day, time(), UTC) - _TOKYO


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last of the month where it has no such day."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(years + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(date(years, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))
