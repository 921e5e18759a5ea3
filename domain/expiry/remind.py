"""Reminders before value ends: an event in the wallet's own sequence 30, 7 and 1 day before the last day, each once.

A reminder is a journal without entries. A guard of the wallet says that it was told, so a run that comes late, twice or
on two machines
tells nothing twice; a step that was missed is not made up for once the next one is due. Value that was issued within a
step's days is
not reminded of at that step: its holder has just read its last day.
"""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.assets.reads import last_day
from domain.database import rows
from domain.expiry.failures import Failures
from domain.expiry.refusals import NothingToExpireError
from domain.identifiers import derived
from domain.ledger.book import Account, Book
from domain.ledger.kinds import SYSTEM_ACTOR, GuardKind, JournalKind, Operation
from domain.ledger.request import Draft, Facts, GuardKey, Posted, Request, effective_on, fingerprint
from domain.services import Services

LONGEST = 30
PAGE = 1_000
AT_ONCE = 200
RUN_LIMIT = 20_000
"""Reminders of one run; the rest is told by the next."""

Cursor = tuple[int, UUID, int, date]
START: Cursor = (0, UUID(int=0), 0, date.min)

DUE = """select * from (
    select a.municipality_id, a.holder_id, a.asset_id, d.last_on, m.issuer_id,
      case when d.last_on - $2::date <= 1 then 1 when d.last_on - $2::date <= 7 then 7 else 30 end as step,
        min(l.issued_on) as issued_on
    from lot l cross join lateral (select ((l.expires_at - interval '1 microsecond') at time zone 'Asia/Tokyo')::date as
      last_on) d
    join account a on a.municipality_id = l.municipality_id and a.lot_id = l.id and a.kind = 1 and a.posted <> 0
    join municipality m on m.id = l.municipality_id
    where l.expires_at > $1 and l.expires_at <= $1::timestamptz + interval '32 days' and d.last_on - $2::date <= $3
    group by 1, 2, 3, 4, 5) due
  where issued_on <= last_on - step and (municipality_id, holder_id, asset_id, last_on) > ($4, $5, $6, $7)
    and not exists (select from guard g where g.municipality_id = due.municipality_id and g.kind = 40
      and g.subject = due.holder_id
      and g.period = due.asset_id || ':' || to_char(due.last_on, 'YYYY-MM-DD') || ':' || due.step)
  order by municipality_id, holder_id, asset_id, last_on limit $8"""


@dataclass(frozen=True, slots=True)
class Due:
    """One reminder that is due: value of one asset in one wallet, by its last day."""

    municipality: int
    wallet: UUID
    asset: int
    last_on: date
    issuer: UUID
    step: int

    @property
    def told(self) -> GuardKey:
        """The guard that says whether it was told."""
        return (
            self.municipality,
            GuardKind.EXPIRY_REMINDED,
            self.wallet,
            f"{self.asset}:{self.last_on.isoformat()}:{self.step}",
        )


async def remind(services: Services) -> int:
    """Tells what is due; how many wallets' reminders, at most RUN_LIMIT."""
    count, after, failures = 0, START, Failures("remind")
    while count < RUN_LIMIT and (page := await due(services.clock(), after)):
        for begin in range(0, len(page), AT_ONCE):
            found = await asyncio.gather(
                *[services.ledger.post(request_of(one)) for one in page[begin : begin + AT_ONCE]],
                return_exceptions=True,
            )
            failures.note(found)
            count += sum(isinstance(one, Posted) and not one.replayed for one in found)
        last = page[-1]
        after = (last.municipality, last.wallet, last.asset, last.last_on)
    failures.raise_if_any()
    return count


async def due(now: datetime, after: Cursor) -> list[Due]:
    """A page of what is due and was not told."""
    found = await rows(DUE, now, effective_on(now), LONGEST, *after, PAGE)
    return [
        Due(row["municipality_id"], row["holder_id"], row["asset_id"], row["last_on"], row["issuer_id"], row["step"])
        for row in found
    ]


def request_of(one: Due) -> Request:
    """The journal of a reminder: no entries, one event of the wallet."""

    def ends(account: Account, at: datetime) -> bool:
        return (
            account.asset == one.asset
            and account.posted > 0
            and account.expires_at is not None
            and account.expires_at > at
            and (last_day(account.expires_at) == one.last_on)
        )

    def plan(book: Book, at: datetime) -> Draft:
        guard = book.guard(one.told, 1)
        lots = [account for account in book.wallet_lots(one.municipality, one.wallet) if ends(account, at)]
        if guard.value or not lots:
            raise NothingToExpireError
        return Draft(
            receipt={
                "amount": sum(lot.posted for lot in lots),
                "asset": one.asset,
                "expires_on": one.last_on.isoformat(),
                "step": one.step,
                "days_left": (one.last_on - effective_on(at)).days,
                "lots": [],
                "balances": {},
            },
            guards=[(guard, 1)],
            counterparties={one.wallet: one.issuer},
        )

    return Request(
        municipality=one.municipality,
        actor=SYSTEM_ACTOR,
        operation=Operation.REMIND,
        key=derived(one.wallet, "remind", str(one.asset), one.last_on.isoformat(), str(one.step)),
        input_hash=fingerprint(asset=one.asset, last=one.last_on.isoformat(), step=one.step),
        kind=JournalKind.EXPIRY_REMINDER,
        holders=(one.wallet,),
        plan=plan,
        guards=(one.told,),
        facts=Facts(wallet_id=one.wallet),
    )
