"""Lots: where value came from and until when it may be spent.

One row for all that is issued alike on a day of Asia/Tokyo.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tortoise.connection import get_connection

from domain.assets.expiry import after, last_usable_day, latest_of_six_months, midnight
from domain.assets.reads import Asset, Lot
from domain.assets.refusals import UnknownAssetError
from domain.ledger.kinds import NONE_LOT, Funding, LotOrigin
from domain.ledger.request import effective_on
from domain.shared import Shared


@dataclass(frozen=True, slots=True)
class Issue:
    """How value of an asset is issued.

    `expires_at` is the programme's own end, where it has one: the earlier end counts.
    instead_of_rule: `expires_at` counts whatever the asset's rule says, within the legal guard.
    """

    origin: LotOrigin
    funding: Funding
    programme_id: UUID | None = None
    usable_from: datetime | None = None
    expires_at: datetime | None = None
    instead_of_rule: bool = False


TERMS_VERSION = 1
"""The version of the terms under which value is issued; there is one until a town changes them."""
CHARGED = Issue(LotOrigin.CHARGE, Funding.CASH)
_Key = tuple[int, int, date, Issue]


class Lots:
    """Lots never change, so a process asks the database for each once."""

    LIMIT = 10_000

    def __init__(self) -> None:
        self._known: dict[_Key, Lot] = {}

    async def of(self, asset: Asset, how: Issue, at: datetime) -> Lot:
        """The lot of what is issued at an instant; UnknownAssetError where it would have ended before."""
        if ended(asset, how, at):
            raise UnknownAssetError
        key = (asset.municipality, asset.id, effective_on(at), how)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= self.LIMIT:
                self._known.clear()
            found = self._known[key] = await _ensure(asset, how, key[2])
        return found


LOTS = Shared(Lots)
"""The lots that this process has met."""


async def open_none_lot(municipality: int) -> None:
    """The lot of accounts without source and expiry. Call inside the transaction that makes the town."""
    await get_connection("default").execute_query(
        "insert into lot (municipality_id, id, origin, funding) overriding system value values ($1, $2, $3, $4)",
        [municipality, NONE_LOT, LotOrigin.NONE, Funding.NONE],
    )


def end_of(asset: Asset, how: Issue, issued_on: date) -> datetime | None:
    """The exclusive end of value issued on a day.

    The asset's rule, the programme's end and the legal guard, whichever is first.
    """
    rule = (
        None
        if how.instead_of_rule
        else last_usable_day(asset.expiry_rule, issued_on, asset.expires_after_months, asset.expires_on)
    )
    days = [rule]
    if asset.six_month_exempt:
        days.append(latest_of_six_months(issued_on))
    ends = [after(day) for day in days if day is not None]
    return min([*ends, *([] if how.expires_at is None else [how.expires_at])], default=None)


def ended(asset: Asset, how: Issue, at: datetime) -> bool:
    """Whether value issued now would have ended before: nothing of it can be issued any more."""
    end = end_of(asset, how, effective_on(at))
    return end is not None and end <= at


async def _ensure(asset: Asset, how: Issue, day: date) -> Lot:
    issued_at, ends = midnight(day), end_of(asset, how, day)
    connection = get_connection("default")
    values = [asset.municipality, asset.id, how.programme_id, how.origin, how.funding, day, how.usable_from, ends]
    await connection.execute_query(
        """insert into lot (municipality_id, asset_id, programme_id, origin, funding, issued_on, usable_from,
          expires_at, issued_at, six_month_exempt)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing""",
        [*values, issued_at, asset.six_month_exempt],
    )
    [row] = await connection.execute_query_dict(
        f"""select id from lot where municipality_id = $1 and asset_id = $2 and programme_id is not distinct from $3
          and origin = $4 and funding = $5
          and issued_on = $6 and usable_from is not distinct from $7 and expires_at is not distinct from $8
            and terms_version = {TERMS_VERSION:d}""",
        values,
    )
    return Lot(asset.municipality, row["id"], asset.id, asset.paid, issued_at, how.usable_from, ends, how.programme_id)
