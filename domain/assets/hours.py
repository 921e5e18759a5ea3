"""On which days of the week and at which hours value may be spent, in Asia/Tokyo. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

_TOKYO = timedelta(hours=9)
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """Days as in ISO 8601, Monday 1 to Sunday 7; minutes after midnight, from inclusive, until exclusive. Empty: always."""

    weekdays: frozenset[int] = frozenset()
    from_minute: int = 0
    until_minute: int = DAY_MINUTES

    @property
    def restricted(self) -> bool:
        """Whether there is a time at which it may not be spent."""
        return self is not ALWAYS and self != ALWAYS

    def open_at(self, at: datetime) -> bool:
        """Whether it may be spent at this instant."""
        if not self.restricted:
            return True
        here = at + _TOKYO  # instants of the ledger are in UTC
        minute = here.hour * 60 + here.minute
        return (not self.weekdays or here.isoweekday() in self.weekdays) and self.from_minute <= minute < self.until_minute


ALWAYS = Hours()


def to_json(hours: Hours) -> dict[str, Any]:
    """As it is stored; nothing for always."""
    if not hours.restricted:
        return {}
    return {"weekdays": sorted(hours.weekdays), "from": hours.from_minute, "until": hours.until_minute}


def from_json(stored: dict[str, Any]) -> Hours:
    """What was stored."""
    return Hours(frozenset(stored["weekdays"]), stored["from"], stored["until"]) if stored else ALWAYS
