"""The rights of value: until when, where and at what hours it may be spent. Pure.

What is bought with value, or what value is converted into, never has wider rights than each lot that pays: otherwise
value that is exempt because it ends within six months would be lengthened, and value that is bound to some stores would
pay at others.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.conditions.acceptance import Acceptance, covers
from domain.ledger.book import Account
from domain.ledger.refusals import InsufficientBalanceError
from domain.programmes.refusals import ValueBoundError
from domain.refusals import StoredRefusal


class Bound(StrEnum):
    """Why a lot may not become other value."""

    ENDS_SOONER = "ENDS_SOONER"
    FEWER_STORES = "FEWER_STORES"
    FEWER_HOURS = "FEWER_HOURS"


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of what is bought or received, which may be several kinds of value.

    expires_at: the latest end, exclusive; None: no end. acceptances: where and when each kind may be spent.
    """

    expires_at: datetime | None
    acceptances: tuple[Acceptance, ...]

    def bound(self, account: Account, acceptances: tuple[Acceptance, ...], *, may_end_later: bool) -> Bound | None:
        """Return how a lot is more bound than what it would become; None where it is not.

        acceptances: the rules of the lot, all of which must hold: those of its asset and of its programme.
        may_end_later: the municipality lets the value end later than the lot.
        """
        if not may_end_later and self._ends_after(account.expires_at):
            return Bound.ENDS_SOONER
        for rule in acceptances:
            if not all(covers(rule, acceptance) for acceptance in self.acceptances):
                return Bound.FEWER_STORES
            if not all(rule.hours.covers(acceptance.hours) for acceptance in self.acceptances):
                return Bound.FEWER_HOURS
        return None

    def _ends_after(self, end: datetime | None) -> bool:
        return end is not None and (self.expires_at is None or self.expires_at > end)


def missing_value(
    refused: InsufficientBalanceError, accounts: Iterable[Account], bound: Callable[[Account], Bound | None]
) -> StoredRefusal:
    """Return the refusal of an amount that the usable lots do not cover: `refused`, or that other lots are bound.

    accounts: lots of the same value that have not ended, usable or not. bound: how a lot is more bound than what it
    would become. If those lots would have covered the rest, the refusal says so.
    """
    available, amount = refused.available, refused.amount
    bound_lots = [(account, reason) for account in accounts if (reason := bound(account)) is not None]
    if bound_lots and available + sum(account.available for account, _ in bound_lots) >= amount:
        return ValueBoundError(available, bound_lots[0][1].value)
    return refused
