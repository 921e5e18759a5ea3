"""A new town: its row, its issuer and desk, the yen of its cash boxes and its coin."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.connection import get_connection

from domain.assets.create import NewAsset, create_asset
from domain.assets.kinds import AssetKind, ExpiryRule
from domain.database import transaction
from domain.identifiers import Uuid7
from domain.ledger.holders import open_holder
from domain.ledger.kinds import HolderKind
from domain.municipalities import codes, reads
from domain.municipalities.reads import Municipality

YEN = NewAsset(
    "JPY", AssetKind.CASH, "日本円", "Japanese yen", "円", "yen", paid=False, charge_maximum=1, payment_maximum=1
)
COIN = NewAsset(
    "COIN",
    AssetKind.COIN,
    "地域通貨",
    "Local currency",
    "円",
    "yen",
    paid=True,
    charge_maximum=50_000,
    payment_maximum=300_000,
    balance_cap=300_000,
    expires_after_months=12,
    expiry_rule=ExpiryRule.MONTHS_AFTER_ISSUE,
)


@dataclass(eq=False)
class UnknownCodeError(ValueError):
    """Not a code of the national list, or one with a wrong check digit."""

    code: str

    def __str__(self) -> str:
        """What to do about it."""
        return f"{self.code} is not a municipality code of 6 digits, for example 012106 (岩見沢市)"


async def create_municipality(
    code: str, name: str | None, now: datetime, ids: Uuid7, coin: NewAsset = COIN
) -> tuple[Municipality, bool]:
    """The town of a national code, made if missing; whether it was made now.

    UnknownCodeError for a code that is none.
    """
    national = codes.lookup(code)
    if national is None:
        raise UnknownCodeError(code)
    async with transaction() as connection:
        # Two at once: the second waits here and then finds the town of the first.
        await connection.execute_query("select pg_advisory_xact_lock(hashtext('municipality'))")
        known = await reads.by_code(code)
        if known is not None:
            return known, False
        return await open_municipality(code, name or national.name, now, ids, coin), True


async def open_municipality(code: str, name: str, now: datetime, ids: Uuid7, coin: NewAsset = COIN) -> Municipality:
    """A town with its issuer, its desk, the yen of its cash boxes and its coin. Call inside a transaction."""
    connection = get_connection("default")
    issuer_id, desk_id = ids.new(), ids.new()
    [row] = await connection.execute_query_dict(
        "insert into municipality (code, name, issuer_id, desk_id, created_at) values ($1, $2, $3, $4, $5)"
        " returning id",
        [code, name, issuer_id, desk_id, now],
    )
    number: int = row["id"]
    await open_holder(number, issuer_id, HolderKind.ISSUER, now)
    await open_holder(number, desk_id, HolderKind.DESK, now)
    await connection.execute_query(
        "insert into lot (municipality_id, id, origin, funding) overriding system value values ($1, 0, 0, 0)", [number]
    )
    await create_asset(number, YEN, now)
    await create_asset(number, coin, now)
    return Municipality(number, code, name, issuer_id, desk_id)
