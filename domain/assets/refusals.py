"""Refusals about assets."""

from dataclasses import dataclass

from domain.refusals import Retry, UnstoredRefusal


@dataclass(eq=False)
class UnknownAssetError(UnstoredRefusal):
    """No such asset in the town, or not one that can be used so."""

    code = "UNKNOWN_ASSET"
    retry = Retry.NEVER
