"""Reminders before value ends: an event in the wallet's own sequence 30, 7 and 1 day before the last day, each once.

A reminder is a journal without entries. A guard of the wallet says that it was told, so a run that comes late, twice or
on two machines
tells nothing twice; a step that was missed is not made up for once the next one is due. Value that was issued within a
step's days is
not reminded of at that step: its holder has just read its last day.
"""

import asyncio
from datetime import datetime

from domain.assets.reads import last_day
from domain.expiry.failures import Failures
from domain.expiry.reads import START, Due, due
from domain.expiry.receipts import Reminder
from domain.expiry.refusals import NothingToExpireError
from domain.identifiers import derived
from domain.ledger.book import Account, Book
from domain.ledger.kinds import SYSTEM_ACTOR, JournalKind, Operation
from domain.ledger.request import Draft, Facts, Posted, Request, effective_on, fingerprint
from domain.services import Services

PAGE = 1_000
AT_ONCE = 200
RUN_LIMIT = 20_000
"""Reminders of one run; the rest is told by the next."""


async def remind(services: Services) -> int:
    """Tells what is due; how many wallets' reminders, at most RUN_LIMIT."""
    count, after, failures = 0, START, Failures("remind")
    while count < RUN_LIMIT and (page := await due(services.clock(), after, PAGE)):
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
        guard = book.guard(one.guard, 1)
        lots = [account for account in book.wallet_lots(one.municipality, one.wallet) if ends(account, at)]
        if guard.value or not lots:
            raise NothingToExpireError
        return Draft(
            amount=sum(lot.posted for lot in lots),
            sections=[Reminder(one.asset, one.last_on, one.step, (one.last_on - effective_on(at)).days)],
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
        guards=(one.guard,),
        facts=Facts(wallet_id=one.wallet),
    )
