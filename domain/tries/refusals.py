"""The refusal of tries."""

import math
from dataclasses import dataclass
from typing import Self

from domain.refusals import Advice, UnstoredRefusal


@dataclass(eq=False)
class TooManyTriesError(UnstoredRefusal):
    """Too many wrong numbers were tried. `minutes`: after which another may be tried."""

    minutes: int
    code = "TOO_MANY_TRIES"
    advice = Advice.WAIT

    @classmethod
    def after(cls, seconds: int) -> Self:
        """The refusal of a try that may come again after some seconds."""
        refusal = cls(math.ceil(seconds / 60))
        refusal.retry_after = seconds
        return refusal
