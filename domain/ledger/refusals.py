"""Refusals of the ledger, and those that any verb that moves value may raise.

StoredRefusal        InsufficientBalance, WalletFrozen, RequestExpired, Abandoned, BalanceCap, StoreNotAccepting,
                     ReversalImpossible, AlreadyReversed
UnstoredRefusal      KeyReused, UnknownPayee, UnknownWallet, QuoteChanged
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from domain.ledger.kept_away import KeptAway, reasons_from
from domain.refusals import Advice, Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class InsufficientBalanceError(StoredRefusal):
    """The wallet cannot pay the amount here and now.

    `available`: the most that can be paid here and now, in whole units. `reasons`: other value of the wallet, each with
    the rule that keeps it away.
    """

    available: int
    amount: int
    reasons: tuple[KeptAway, ...] = ()
    code = "INSUFFICIENT_BALANCE"

    @property
    def message_key(self) -> str:
        """Other words where the wallet has value that only a rule keeps away."""
        return "INSUFFICIENT_BALANCE_HERE" if self.reasons and not self.available else self.code

    def data(self) -> dict[str, Any]:
        """Return the data under the keys of stored refusals, in which `amount` is `asked`."""
        kept = {"reasons": [reason.to_json() for reason in self.reasons]} if self.reasons else {}
        return {"available": self.available, "asked": self.amount, **kept}

    def public_data(self) -> dict[str, Any]:
        """Return the data for clients."""
        return {"available": self.available, "asked": self.amount, "reasons": self.reasons}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild the refusal from the data of its journal."""
        return cls(available=data["available"], amount=data["asked"], reasons=reasons_from(data))


@dataclass(eq=False)
class WalletFrozenError(StoredRefusal):
    """The wallet is frozen. It cannot be used until its municipality releases it."""

    code = "WALLET_FROZEN"


@dataclass(eq=False)
class StoreNotAcceptingError(StoredRefusal):
    """The store does not take payments now."""

    code = "STORE_NOT_ACCEPTING"


@dataclass(eq=False)
class RequestExpiredError(StoredRefusal):
    """The request reached the ledger after its `validUntil`."""

    code = "REQUEST_EXPIRED"


@dataclass(eq=False)
class AbandonedError(StoredRefusal):
    """The client abandoned this key before the request arrived."""

    code = "ABANDONED"


@dataclass(eq=False)
class BalanceCapError(StoredRefusal):
    """The wallet would hold more of this asset than its balance cap. `maximum`: the cap, in whole units."""

    maximum: int
    code = "BALANCE_CAP"


@dataclass(eq=False)
class AlreadyReversedError(StoredRefusal):
    """The journal was reversed, cancelled or refunded before, in whole or in part."""

    code = "ALREADY_REVERSED"
    retry = Retry.NEVER


@dataclass(eq=False)
class ReversalImpossibleError(StoredRefusal):
    """The value that the journal gave was spent and cannot be taken back.

    `available`: what is left, in whole units; None for a charge agent, who learns no figures of a person.
    """

    available: int | None
    code = "REVERSAL_IMPOSSIBLE"

    @property
    def message_key(self) -> str:
        """Other words without the figure."""
        return self.code if self.available is not None else "REVERSAL_IMPOSSIBLE_AGENT"


@dataclass(eq=False)
class KeyReusedError(UnstoredRefusal):
    """The idempotency key was used for another request. Nothing moved now."""

    code = "KEY_REUSED"
    retry = Retry.NEW_KEY


@dataclass(eq=False)
class UnknownPayeeError(UnstoredRefusal):
    """The wallet's municipality has no such store."""

    code = "UNKNOWN_PAYEE"
    retry = Retry.NEVER


@dataclass(eq=False)
class UnknownWalletError(UnstoredRefusal):
    """There is no such wallet, or this person may not use it."""

    code = "UNKNOWN_WALLET"
    retry = Retry.NEVER


@dataclass(eq=False)
class QuoteChangedError(UnstoredRefusal):
    """The payment would use other lots than its quote showed. Ask for a new quote; the key may be used again."""

    code = "QUOTE_CHANGED"
    advice = Advice.CHANGE_AND_USE_NEW_KEY
