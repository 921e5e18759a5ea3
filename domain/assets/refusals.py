"""Refusals about assets, and about the amounts and notes that may move with them."""

from dataclasses import dataclass

from domain.refusals import Retry, UnstoredRefusal


@dataclass(eq=False)
class UnknownAssetError(UnstoredRefusal):
    """The municipality has no such asset, or the asset cannot be used for this operation."""

    code = "UNKNOWN_ASSET"
    retry = Retry.NEVER


@dataclass(eq=False)
class UnsafeChangeError(UnstoredRefusal):
    """The change would restrict value that was issued under the present rules. `field` names the rule."""

    field: str
    code = "UNSAFE_CHANGE"
    retry = Retry.NEVER


@dataclass(eq=False)
class AmountOutOfRangeError(UnstoredRefusal):
    """The amount is outside the limits for one transaction. `minimum` and `maximum` in whole units."""

    minimum: int
    maximum: int
    code = "AMOUNT_OUT_OF_RANGE"
    retry = Retry.NEW_KEY


@dataclass(eq=False)
class NotWholeUnitsError(UnstoredRefusal):
    """The amount is not a multiple of the asset's minimum unit, `unit`, so a part of it could never be spent."""

    unit: int
    code = "NOT_WHOLE_UNITS"
    retry = Retry.NEW_KEY


@dataclass(eq=False)
class CounterTriesError(UnstoredRefusal):
    """Agents have tried too often today what this wallet takes. The municipal desk can do it, or an agent tomorrow."""

    code = "COUNTER_TRIES"
    retry = Retry.NEVER


@dataclass(eq=False)
class NoteTooLongError(UnstoredRefusal):
    """The note is too long. `maximum` in characters."""

    maximum: int
    code = "NOTE_TOO_LONG"
    retry = Retry.NEW_KEY
