"""Refusals of codes. Nothing is written: the code cannot be used."""

from dataclasses import dataclass

from domain.refusals import Retry, UnstoredRefusal


@dataclass(eq=False)
class InvalidCodeError(UnstoredRefusal):
    """Not a code that can be paid to; `reason` says what is wrong with it."""

    reason: str
    code = "INVALID_CODE"
    retry = Retry.NEVER


@dataclass(eq=False)
class NotOurStoreError(UnstoredRefusal):
    """A code of a shop, such as a JPQR code, but not of one of ours."""

    code = "NOT_OUR_SHOP"
    retry = Retry.NEVER
