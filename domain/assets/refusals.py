"""Refusals about assets, and about the amounts and notes that may move with them."""

from dataclasses import dataclass

from domain.refusals import Retry, UnstoredRefusal


@dataclass(eq=False)
class UnknownAssetError(UnstoredRefusal):
    """No such asset in the town, or not one that can be used so."""

    code = "UNKNOWN_ASSET"
    retry = Retry.NEVER


@dataclass(eq=False)
class UnsafeChangeError(UnstoredRefusal):
    """Value of it was issued under rules that this would take away. `field` names the rule."""

    field: str
    code = "UNSAFE_CHANGE"
    retry = Retry.NEVER


@dataclass(eq=False)
class AmountOutOfRangeError(UnstoredRefusal):
    """Outside what may be moved at once. Whole units."""

    minimum: int
    maximum: int
    code = "AMOUNT_OUT_OF_RANGE"
    retry = Retry.NEW_KEY


@dataclass(eq=False)
class NoteTooLongError(UnstoredRefusal):
    """The note is longer than may be kept. `maximum` in characters."""

    maximum: int
    code = "NOTE_TOO_LONG"
    retry = Retry.NEW_KEY
