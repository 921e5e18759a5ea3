"""Expiry: value whose last day is over leaves the wallets, to breakage or back to its programme's budget.

Value cannot be spent after its end even before this runs: the ledger compares the lot's end. So the job may run late,
twice, or on two machines.
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
    """Take the value that had ended by an instant out of all wallets, and return the number of accounts.

    `as_of`: not in the future; None: now. Repeating it is harmless.
    """
    now = services.clock()
    if as_of is not None and as_of > now:
        raise InvalidInputError("as_of", "FUTURE")
    count, after, failures = 0, (0, 0), Failures("expire")
    while page := await lapsed(as_of or now, after, PAGE):
        answers = await asyncio.gather(
            *[services.ledger.post(request_of(value)) for value in page], return_exceptions=True
        )
        failures.note(answers)
        count += sum(isinstance(answer, Posted) and not answer.replayed for answer in answers)
        after = (page[-1].municipality, page[-1].id)
    failures.raise_if_any()
    return count


def request_of(value: Lapsed) -> Request:
    """Build the journal that takes the value out. Its key derives from the version of the account."""
    kind, holder = value.target

    def plan(book: Book, at: datetime) -> Draft:
        account = book.account(value.municipality, AccountKey(AccountKind.WALLET, value.wallet, value.asset, value.lot))
        amount = account.available
        if amount <= 0 or value.expires_at > at:
            raise NothingToExpireError
        target = book.account(value.municipality, AccountKey(kind, holder, value.asset, NONE_LOT))
        left = book.total(value.municipality, value.wallet, value.asset) - amount
        return Draft(
            amount=amount,
            lots=[Portion(value.asset, value.lot, amount, value.expires_at)],
            balances={value.asset: left},
            moves=[(account, target, amount)],
            counterparties={value.wallet: holder, holder: value.wallet},
        )

    return Request(
        municipality=value.municipality,
        actor=SYSTEM_ACTOR,
        operation=Operation.EXPIRE,
        key=derived(value.wallet, "expire", str(value.id), str(value.version)),
        input_hash=fingerprint(account=value.id, version=value.version),
        kind=JournalKind.EXPIRY,
        holders=(value.wallet, holder),
        plan=plan,
        lots=(value.lot,),
        facts=Facts(wallet_id=value.wallet, programme_id=value.programme),
    )
