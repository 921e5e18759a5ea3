"""Reminders of value that ends: an event of the wallet 30, 7 and 1 day before the last day, each once.

A reminder is a journal without entries. A guard of the wallet counts it, so that a run that is late, repeated or on two
machines sends nothing twice. A step that was missed is not sent any more once the next one is due. Value that was
issued within the days of a step has no reminder at that step: its owner has just seen its last day.
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
"""Reminders of one run. The next run sends the rest."""


async def remind(services: Services) -> int:
    """Send the reminders that are due, about RUN_LIMIT at most, and return their number."""
    count, after, failures = 0, START, Failures("remind")
    while count < RUN_LIMIT and (page := await due(services.clock(), after, PAGE)):
        for begin in range(0, len(page), AT_ONCE):
            answers = await asyncio.gather(
                *[services.ledger.post(request_of(reminder)) for reminder in page[begin : begin + AT_ONCE]],
                return_exceptions=True,
            )
            failures.note(answers)
            count += sum(isinstance(answer, Posted) and not answer.replayed for answer in answers)
        last = page[-1]
        after = (last.municipality, last.wallet, last.asset, last.last_on)
    failures.raise_if_any()
    return count


def request_of(reminder: Due) -> Request:
    """Build the journal of a reminder: no entries, one event of the wallet."""
    asset, last_on, step = reminder.asset, reminder.last_on, reminder.step

    def ends(account: Account, at: datetime) -> bool:
        return (
            account.asset == asset
            and account.posted > 0
            and account.expires_at is not None
            and account.expires_at > at
            and (last_day(account.expires_at) == last_on)
        )

    def plan(book: Book, at: datetime) -> Draft:
        guard = book.guard(reminder.guard, 1)
        lots = [account for account in book.wallet_lots(reminder.municipality, reminder.wallet) if ends(account, at)]
        if guard.value or not lots:
            raise NothingToExpireError
        return Draft(
            amount=sum(lot.posted for lot in lots),
            sections=[Reminder(asset, last_on, step, (last_on - effective_on(at)).days)],
            guards=[(guard, 1)],
            counterparties={reminder.wallet: reminder.issuer},
        )

    return Request(
        municipality=reminder.municipality,
        actor=SYSTEM_ACTOR,
        operation=Operation.REMIND,
        key=derived(reminder.wallet, "remind", str(asset), last_on.isoformat(), str(step)),
        input_hash=fingerprint(asset=asset, last=last_on.isoformat(), step=step),
        kind=JournalKind.EXPIRY_REMINDER,
        holders=(reminder.wallet,),
        plan=plan,
        guards=(reminder.guard,),
        facts=Facts(wallet_id=reminder.wallet),
    )
