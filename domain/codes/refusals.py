"""Refusals of codes. Nothing is written."""

from dataclasses import dataclass

from domain.refusals import Retry, UnstoredRefusal


@dataclass(eq=False)
class InvalidCodeError(UnstoredRefusal):
    """The code is not a valid payment code. `reason` is a stable code of the error."""

    reason: str
    code = "INVALID_CODE"
    retry = Retry.NEVER


@dataclass(eq=False)
class NotOurStoreError(UnstoredRefusal):
    """The code belongs to a store of another scheme, such as JPQR, and not to a store of this one."""

    code = "NOT_OUR_SHOP"
    retry = Retry.NEVER
