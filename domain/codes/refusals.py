"""Refusals of codes. Nothing is written."""

from dataclasses import dataclass

from domain.refusals import Retry, UnstoredRefusal

RENEWED = "RENEWED"
"""The reason of a receive code that has ended: the person has a new one."""


@dataclass(eq=False)
class InvalidCodeError(UnstoredRefusal):
    """The code is not a valid payment code. `reason` is a stable code of the error."""

    reason: str
    code = "INVALID_CODE"
    retry = Retry.NEVER

    @property
    def message_key(self) -> str:
        """Other words for a receive code that was renewed: it can be read, and the person has a new one."""
        return "INVALID_CODE_RENEWED" if self.reason == RENEWED else self.code


@dataclass(eq=False)
class NotOurStoreError(UnstoredRefusal):
    """The code belongs to a store of another scheme, such as JPQR, and not to a store of this one."""

    code = "NOT_OUR_SHOP"
    retry = Retry.NEVER


@dataclass(eq=False)
class CodeAmountError(UnstoredRefusal):
    """The code is for a payment of another amount, and for nothing else. `amount`: of the code, in whole units."""

    amount: int
    code = "CODE_AMOUNT"
    retry = Retry.NEW_KEY


@dataclass(eq=False)
class DynamicCodeError(UnstoredRefusal):
    """The code was made by a till for one payment (EMVCo field 01 is 12). Such codes are not taken yet."""

    code = "DYNAMIC_CODE"
    retry = Retry.NEVER
