"""Expiry: value whose last day is over leaves the wallets, to breakage or back to its programme's budget.

It was not spendable before this ran: the ledger looks at the lot's end. So it may run late, twice, or on two machines.
"""

import asyncio
from datetime import datetime

from domain.expiry.failures import Failures
from domain.expiry.reads import Lapsed, lapsed
from domain.expiry.refusals import NothingToExpireError
from domain.identifiers import derived
from domain.ledger.book import AccountKey, Book
from domain.ledger.kinds import NONE_LOT, SYSTEM_ACTOR, AccountKind, JournalKind, Operation
from domain.ledger.receipt import Portion
from domain.ledger.request import Draft, Facts, Posted, Request, fingerprint
from domain.refusals import InvalidInputError
from domain.services import Services

PAGE = 256


async def expire(services: Services, as_of: datetime | None = None) -> int:
    """Takes all value out of the wallets that had ended by an instant (now, or earlier); how many accounts.

    Repeating it is harmless.
    """
    now = services.clock()
    if as_of is not None and as_of > now:
        raise InvalidInputError("as_of", "FUTURE")
    count, after, failures = 0, (0, 0), Failures("expire")
    while page := await lapsed(as_of or now, after, PAGE):
        found = await asyncio.gather(*[services.ledger.post(request_of(one)) for one in page], return_exceptions=True)
        failures.note(found)
        count += sum(isinstance(one, Posted) and not one.replayed for one in found)
        after = (page[-1].municipality, page[-1].id)
    failures.raise_if_any()
    return count


def request_of(one: Lapsed) -> Request:
    """The journal that takes the value out, under a key of its own for each state of the account."""
    kind, holder = one.target

    def plan(book: Book, at: datetime) -> Draft:
        account = book.account(one.municipality, AccountKey(AccountKind.WALLET, one.wallet, one.asset, one.lot))
        amount = account.available
        if amount <= 0 or one.expires_at > at:
            raise NothingToExpireError
        target = book.account(one.municipality, AccountKey(kind, holder, one.asset, NONE_LOT))
        left = book.total(one.municipality, one.wallet, one.asset) - amount
        return Draft(
            amount=amount,
            lots=[Portion(one.asset, one.lot, amount, one.expires_at)],
            balances={one.asset: left},
            moves=[(account, target, amount)],
            counterparties={one.wallet: holder, holder: one.wallet},
        )

    return Request(
        municipality=one.municipality,
        actor=SYSTEM_ACTOR,
        operation=Operation.EXPIRE,
        key=derived(one.wallet, "expire", str(one.id), str(one.version)),
        input_hash=fingerprint(account=one.id, version=one.version),
        kind=JournalKind.EXPIRY,
        holders=(one.wallet, holder),
        plan=plan,
        lots=(one.lot,),
        facts=Facts(wallet_id=one.wallet, programme_id=one.programme),
    )
