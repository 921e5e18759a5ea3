"""Create a municipality with its issuer, its desk, the yen of its cash boxes and its coin."""

from datetime import datetime

from domain.assets.create import NewAsset, create_asset
from domain.assets.kinds import AssetKind, ExpiryRule
from domain.assets.lots import open_none_lot
from domain.database import transaction
from domain.identifiers import Uuid7
from domain.municipalities import reads
from domain.municipalities.create import national_name, write_municipality
from domain.municipalities.reads import Municipality
from domain.municipalities.thresholds import INITIAL, NewThresholds

YEN = NewAsset(
    code="JPY",
    kind=AssetKind.CASH,
    name_ja="日本円",
    name_en="Japanese yen",
    unit_ja="円",
    unit_en="yen",
    paid=False,
    charge_maximum=1,
    payment_maximum=1,
)
COIN = NewAsset(
    code="COIN",
    kind=AssetKind.COIN,
    name_ja="地域通貨",
    name_en="Local currency",
    unit_ja="円",
    unit_en="yen",
    paid=True,
    charge_maximum=50_000,
    payment_maximum=300_000,
    balance_cap=300_000,
    expires_after_months=12,
    expiry_rule=ExpiryRule.MONTHS_AFTER_ISSUE,
)


async def create_municipality(
    code: str, name: str | None, now: datetime, ids: Uuid7, coin: NewAsset = COIN, thresholds: NewThresholds = INITIAL
) -> tuple[Municipality, bool]:
    """Return the municipality of a national code, created if missing, and whether it was created now.

    thresholds: of a new one; one that is there keeps its own.

    Raises UnknownCodeError for a code that is not on the national list.
    """
    national = national_name(code)
    async with transaction() as connection:
        # Of two concurrent calls, the second waits here and then reads the municipality that the first created.
        await connection.execute_query("select pg_advisory_xact_lock(hashtext('municipality'))")
        known = await reads.by_code(code)
        if known is not None:
            return known, False
        return await open_municipality(code, name or national, now, ids, coin, thresholds), True


async def open_municipality(
    code: str, name: str, now: datetime, ids: Uuid7, coin: NewAsset = COIN, thresholds: NewThresholds = INITIAL
) -> Municipality:
    """Create the municipality with its holders and assets. Call inside a transaction."""
    municipality = await write_municipality(code, name, now, ids, thresholds)
    await open_none_lot(municipality.id)
    await create_asset(municipality.id, YEN, now)
    await create_asset(municipality.id, coin, now)
    return municipality
