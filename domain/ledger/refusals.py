"""Refusals of the ledger, and those that every verb that moves value may raise.

StoredRefusal        InsufficientBalance, WalletFrozen, RequestExpired, Abandoned, BalanceCap, StoreNotAccepting,
                     ReversalImpossible, AlreadyReversed
UnstoredRefusal      KeyReused, UnknownPayee, UnknownWallet, QuoteChanged
"""

from dataclasses import dataclass

from domain.refusals import Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class InsufficientBalanceError(StoredRefusal):
    """The wallet has less that may be spent here and now than was asked. Whole units."""

    available: int
    asked: int
    code = "INSUFFICIENT_BALANCE"


@dataclass(eq=False)
class WalletFrozenError(StoredRefusal):
    """The wallet takes no part until its town releases it."""

    code = "WALLET_FROZEN"


@dataclass(eq=False)
class StoreNotAcceptingError(StoredRefusal):
    """The shop does not take payments now."""

    code = "STORE_NOT_ACCEPTING"


@dataclass(eq=False)
class RequestExpiredError(StoredRefusal):
    """The request reached the ledger after its `validUntil`."""

    code = "REQUEST_EXPIRED"


@dataclass(eq=False)
class AbandonedError(StoredRefusal):
    """The client closed this key for ever before the request arrived."""

    code = "ABANDONED"


@dataclass(eq=False)
class BalanceCapError(StoredRefusal):
    """The wallet may not hold so much of this asset. Whole units."""

    maximum: int
    code = "BALANCE_CAP"


@dataclass(eq=False)
class AlreadyReversedError(StoredRefusal):
    """The journal has been reversed, in whole or by a refund of its own."""

    code = "ALREADY_REVERSED"
    retry = Retry.NEVER


@dataclass(eq=False)
class ReversalImpossibleError(StoredRefusal):
    """What the journal gave has been spent: reversing it would leave an account below its floor. Whole units."""

    available: int
    code = "REVERSAL_IMPOSSIBLE"


@dataclass(eq=False)
class KeyReusedError(UnstoredRefusal):
    """The key was used for something else. Nothing moved now."""

    code = "KEY_REUSED"
    retry = Retry.NEW_KEY


@dataclass(eq=False)
class UnknownPayeeError(UnstoredRefusal):
    """No such shop in the wallet's town."""

    code = "UNKNOWN_PAYEE"
    retry = Retry.NEVER


@dataclass(eq=False)
class UnknownWalletError(UnstoredRefusal):
    """No such wallet, or not one that this person may use."""

    code = "UNKNOWN_WALLET"
    retry = Retry.NEVER


@dataclass(eq=False)
class QuoteChangedError(UnstoredRefusal):
    """The payment would not use what its quote showed; ask for a new quote, the key may be used again."""

    code = "QUOTE_CHANGED"
