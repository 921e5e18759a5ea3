"""Refusals about assets."""

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
