"""Lots: the origin of value, and until when it may be spent.

All value issued under the same terms on one day in Asia/Tokyo shares one lot.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import ParamSpec, TypeVar
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
    """The terms under which value of an asset is issued.

    expires_at: the programme's own end, if it has one; the earlier of it and the asset's rule applies.
    instead_of_rule: `expires_at` replaces the asset's rule. The six-month limit of exempt value still applies.
    """

    origin: LotOrigin
    funding: Funding
    programme_id: UUID | None = None
    usable_from: datetime | None = None
    expires_at: datetime | None = None
    instead_of_rule: bool = False


TERMS_VERSION = 1
"""The version of the terms of service under which value is issued; there is only one so far."""
CHARGED = Issue(LotOrigin.CHARGE, Funding.CASH)
_Key = tuple[int, int, date, Issue]
NOT_OPENED = -1
"""The id of a lot that only a quote speaks of, because nothing was issued under its terms on that day so far."""
_QUOTING: ContextVar[bool] = ContextVar("quoting", default=False)
P = ParamSpec("P")
T = TypeVar("T")


def opens_no_lot(quote: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Let a quote read lots without opening any: it leaves no trace."""

    @wraps(quote)
    async def quoted(*args: P.args, **kwargs: P.kwargs) -> T:
        token = _QUOTING.set(True)
        try:
            return await quote(*args, **kwargs)
        finally:
            _QUOTING.reset(token)

    return quoted


class Lots:
    """A cache of lots. Lots never change, so a process reads each of them once."""

    LIMIT = 10_000

    def __init__(self) -> None:
        self._known: dict[_Key, Lot] = {}

    async def of(self, asset: Asset, issue: Issue, at: datetime) -> Lot:
        """Return the lot of value issued at an instant; UnknownAssetError if it would have expired already."""
        if ended(asset, issue, at):
            raise UnknownAssetError
        day = effective_on(at)
        key = (asset.municipality, asset.id, day, issue)
        lot = self._known.get(key)
        if lot is None:
            lot = await _ensure(asset, issue, day, opens=not _QUOTING.get())
            if lot.id == NOT_OPENED:
                return lot
            if len(self._known) >= self.LIMIT:
                self._known.clear()
            self._known[key] = lot
        return lot


LOTS = Shared(Lots)
"""The process's cache of lots."""


async def open_none_lot(municipality: int) -> None:
    """Create the lot of accounts without origin and expiry, inside the transaction that creates the municipality."""
    await get_connection("default").execute_query(
        "insert into lot (municipality_id, id, origin, funding) overriding system value values ($1, $2, $3, $4)",
        [municipality, NONE_LOT, LotOrigin.NONE, Funding.NONE],
    )


def end_of(asset: Asset, issue: Issue, issued_on: date) -> datetime | None:
    """Return the exclusive end of value issued on a day; None if it does not expire.

    It is the earliest of the asset's rule, the programme's end, and the six-month limit of exempt value.
    """
    rule = (
        None
        if issue.instead_of_rule
        else last_usable_day(asset.expiry_rule, issued_on, asset.expires_after_months, asset.expires_on)
    )
    days = [rule]
    if asset.six_month_exempt:
        days.append(latest_of_six_months(issued_on))
    ends = [after(day) for day in days if day is not None]
    return min([*ends, *([] if issue.expires_at is None else [issue.expires_at])], default=None)


def ended(asset: Asset, issue: Issue, at: datetime) -> bool:
    """Whether value issued at an instant would have expired already, so that none can be issued any more."""
    end = end_of(asset, issue, effective_on(at))
    return end is not None and end <= at


async def _ensure(asset: Asset, issue: Issue, day: date, *, opens: bool) -> Lot:
    issued_at, expires_at = midnight(day), end_of(asset, issue, day)
    connection = get_connection("default")
    values = [
        asset.municipality,
        asset.id,
        issue.programme_id,
        issue.origin,
        issue.funding,
        day,
        issue.usable_from,
        expires_at,
    ]
    if opens:
        await connection.execute_query(
            """insert into lot (municipality_id, asset_id, programme_id, origin, funding, issued_on, usable_from,
              expires_at, issued_at, six_month_exempt)
              values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing""",
            [*values, issued_at, asset.six_month_exempt],
        )
    lots = await connection.execute_query_dict(
        f"""select id from lot where municipality_id = $1 and asset_id = $2 and programme_id is not distinct from $3
          and origin = $4 and funding = $5
          and issued_on = $6 and usable_from is not distinct from $7 and expires_at is not distinct from $8
            and terms_version = {TERMS_VERSION:d}""",
        values,
    )
    return Lot(
        municipality=asset.municipality,
        id=lots[0]["id"] if lots or opens else NOT_OPENED,
        asset=asset.id,
        paid=asset.paid,
        issued_at=issued_at,
        usable_from=issue.usable_from,
        expires_at=expires_at,
        programme_id=issue.programme_id,
    )
