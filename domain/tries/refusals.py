"""The refusal of tries."""

from dataclasses import dataclass

from domain.refusals import UnstoredRefusal


@dataclass(eq=False)
class TooManyTriesError(UnstoredRefusal):
    """Too many wrong numbers were tried. `retryAfter`: seconds until another may be tried; `minutes`: the same."""

    retry_after: int
    minutes: int
    code = "TOO_MANY_TRIES"
