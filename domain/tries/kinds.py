"""What is tried, and how often."""

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, unique

PERIOD = timedelta(hours=1)


@unique
class Tried(IntEnum):
    """What somebody may try to guess, as stored in `try_count`. Append only."""

    GIFT = 1
    RECEIPT_NUMBER = 2


@unique
class By(IntEnum):
    """Of whom tries are counted, as stored in `try_count`. Append only."""

    PERSON = 1
    DEVICE = 2
    ADDRESS = 3


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many wrong tries at once, which come back one by one over PERIOD."""

    count: int

    @property
    def each(self) -> timedelta:
        """The time after which one comes back."""
        return PERIOD // self.count


ALLOWED = {
    Tried.GIFT: {By.PERSON: Allowance(10), By.DEVICE: Allowance(10), By.ADDRESS: Allowance(100)},
    Tried.RECEIPT_NUMBER: {By.PERSON: Allowance(60), By.DEVICE: Allowance(60), By.ADDRESS: Allowance(300)},
}
"""Many people share an address, so it may try more often."""
