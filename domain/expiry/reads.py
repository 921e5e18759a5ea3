"""Reads of value that has ended or is about to end, and of renewals."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from domain.database import rows
from domain.expiry.receipts import Renewed, RenewedPortion
from domain.ledger.kinds import AccountKind, Funding, GuardKind, JournalKind, LotOrigin
from domain.ledger.reads import Journal
from domain.ledger.request import GuardKey, effective_on

FIRST_STEP, SECOND_STEP, LAST_STEP = 30, 7, 1
"""Days before the last day on which reminders are due."""
FARTHEST_END = FIRST_STEP + 2
"""Days to the farthest end of a lot that can have a reminder: the last day is a day of Tokyo, the end an instant."""

Cursor = tuple[int, UUID, int, date]
START: Cursor = (0, UUID(int=0), 0, date.min)

_LAPSED = f"""select a.municipality_id, a.id, a.version, a.holder_id, a.asset_id, a.lot_id, l.expires_at,
    l.programme_id, s.returns_to_budget, m.issuer_id
  from lot l join account a on a.municipality_id = l.municipality_id and a.lot_id = l.id
    and a.kind = {AccountKind.WALLET:d} and a.posted <> 0
  join asset s on s.id = a.asset_id join municipality m on m.id = a.municipality_id
  where l.expires_at <= $1 and a.posted > a.held and (a.municipality_id, a.id) > ($2, $3)
  order by a.municipality_id, a.id limit $4"""
_DUE = f"""select * from (
    select a.municipality_id, a.holder_id, a.asset_id, d.last_on, m.issuer_id,
      case when d.last_on - $2::date <= {LAST_STEP} then {LAST_STEP}
        when d.last_on - $2::date <= {SECOND_STEP} then {SECOND_STEP} else {FIRST_STEP} end as step,
      min(l.issued_on) as issued_on
    from lot l
    cross join lateral (
      select ((l.expires_at - interval '1 microsecond') at time zone 'Asia/Tokyo')::date as last_on) d
    join account a on a.municipality_id = l.municipality_id and a.lot_id = l.id
      and a.kind = {AccountKind.WALLET:d} and a.posted <> 0
    join municipality m on m.id = l.municipality_id
    where l.expires_at > $1 and l.expires_at <= $1::timestamptz + interval '{FARTHEST_END} days'
      and d.last_on - $2::date <= $3
    group by 1, 2, 3, 4, 5) due
  where issued_on <= last_on - step and (municipality_id, holder_id, asset_id, last_on) > ($4, $5, $6, $7)
    and not exists (select from guard g where g.municipality_id = due.municipality_id
      and g.kind = {GuardKind.EXPIRY_REMINDED:d} and g.subject = due.holder_id
      and g.period = due.asset_id || ':' || to_char(due.last_on, 'YYYY-MM-DD') || ':' || due.step)
  order by municipality_id, holder_id, asset_id, last_on limit $8"""
_LOT = """select l.id, l.asset_id, l.origin, l.funding, l.programme_id, l.issued_on, l.usable_from, l.expires_at,
  p.expires_at as programme_expires_at """
_RENEWABLE = f"""{_LOT} from account a join lot l on l.municipality_id = a.municipality_id and l.id = a.lot_id
  left join programme p on p.municipality_id = l.municipality_id and p.id = l.programme_id
  where a.municipality_id = $1 and a.holder_id = $2 and a.kind = {AccountKind.WALLET:d} and a.posted <> 0
    and a.asset_id = any ($3::integer[]) and l.expires_at > $4"""


@dataclass(frozen=True, slots=True)
class Lapsed:
    """Value of one account of a wallet whose time is over."""

    municipality: int
    id: int
    version: int
    wallet: UUID
    asset: int
    lot: int
    expires_at: datetime
    programme: UUID | None
    returns_to_budget: bool
    issuer: UUID

    @property
    def target(self) -> tuple[AccountKind, UUID]:
        """The kind and the holder of the account that gets the value."""
        if self.returns_to_budget and self.programme is not None:
            return AccountKind.BUDGET, self.programme
        return AccountKind.BREAKAGE, self.issuer


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder that is due: for value of one asset in one wallet, by its last day. `step`: days before that day."""

    municipality: int
    wallet: UUID
    asset: int
    last_on: date
    issuer: UUID
    step: int

    @property
    def guard(self) -> GuardKey:
        """The guard that counts whether the wallet was reminded."""
        return (
            self.municipality,
            GuardKind.EXPIRY_REMINDED,
            self.wallet,
            f"{self.asset}:{self.last_on.isoformat()}:{self.step}",
        )


@dataclass(frozen=True, slots=True)
class EndingLot:
    """A lot that ends, with the end of its programme's value."""

    id: int
    asset: int
    origin: LotOrigin
    funding: Funding
    programme: UUID | None
    issued_on: date
    usable_from: datetime | None
    expires_at: datetime
    programme_expires_at: datetime | None


async def lapsed(as_of: datetime, after: tuple[int, int], limit: int) -> list[Lapsed]:
    """Return a page of accounts with ended value, in the order of (municipality, account)."""
    return [
        Lapsed(
            municipality=row["municipality_id"],
            id=row["id"],
            version=row["version"],
            wallet=row["holder_id"],
            asset=row["asset_id"],
            lot=row["lot_id"],
            expires_at=row["expires_at"],
            programme=row["programme_id"],
            returns_to_budget=row["returns_to_budget"],
            issuer=row["issuer_id"],
        )
        for row in await rows(_LAPSED, as_of, *after, limit)
    ]


async def due(now: datetime, after: Cursor, limit: int) -> list[Due]:
    """Return a page of reminders that are due and were not sent."""
    return [
        Due(
            municipality=row["municipality_id"],
            wallet=row["holder_id"],
            asset=row["asset_id"],
            last_on=row["last_on"],
            issuer=row["issuer_id"],
            step=row["step"],
        )
        for row in await rows(_DUE, now, effective_on(now), FIRST_STEP, *after, limit)
    ]


async def lots_by_ids(municipality: int, lots: list[int]) -> list[EndingLot]:
    """Return lots of a municipality by their ids. All of them have an end."""
    query = f"""{_LOT} from lot l
      left join programme p on p.municipality_id = l.municipality_id and p.id = l.programme_id
      where l.municipality_id = $1 and l.id = any ($2::bigint[])"""
    return [_lot(row) for row in await rows(query, municipality, lots)]


async def renewable_lots(municipality: int, wallet: UUID, assets: list[int], now: datetime) -> list[EndingLot]:
    """Return the lots of some assets that have value in a wallet and have not ended."""
    return [_lot(row) for row in await rows(_RENEWABLE, municipality, wallet, assets, now)]


async def renewals_since(journal: Journal, wallet: UUID) -> list[RenewedPortion]:
    """Return the renewals by payments of a wallet since a journal, oldest first."""
    records = await rows(
        """select j.receipt -> 'renewed' as renewed from event e
          join journal j on j.municipality_id = e.municipality_id and j.id = e.journal_id and j.receipt ? 'renewed'
          where e.municipality_id = $1 and e.holder_id = $2 and e.kind = any ($3::smallint[]) and e.recorded_at >= $4
          order by e.sequence""",
        journal.municipality,
        wallet,
        [JournalKind.PAYMENT, JournalKind.CAPTURE],
        journal.recorded_at,
    )
    return [portion for row in records for portion in _renewed(row["renewed"])]


def _lot(row: dict[str, Any]) -> EndingLot:
    return EndingLot(
        id=row["id"],
        asset=row["asset_id"],
        origin=LotOrigin(row["origin"]),
        funding=Funding(row["funding"]),
        programme=row["programme_id"],
        issued_on=row["issued_on"],
        usable_from=row["usable_from"],
        expires_at=row["expires_at"],
        programme_expires_at=row["programme_expires_at"],
    )


def _renewed(stored: Any) -> tuple[RenewedPortion, ...]:  # noqa: ANN401 - JSON, as the driver gives it
    renewed = Renewed.from_json({"renewed": orjson.loads(stored) if isinstance(stored, str) else stored})
    return () if renewed is None else renewed.portions
