"""On which days of the week and at which hours value may be spent, in Asia/Tokyo. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.refusals import InvalidInputError

_TOKYO = timedelta(hours=9)
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """Days as in ISO 8601, Monday 1 to Sunday 7; minutes after midnight, from inclusive, until exclusive.

    Empty: always.
    """

    weekdays: frozenset[int] = frozenset()
    from_minute: int = 0
    until_minute: int = DAY_MINUTES

    @property
    def restricted(self) -> bool:
        """Whether there is a time at which it may not be spent."""
        return self is not ALWAYS and self != ALWAYS

    def open_at(self, at: datetime) -> bool:
        """Whether it may be spent at this instant."""
        return not self.restricted or (self.day_open(at) and self.hour_open(at))

    def day_open(self, at: datetime) -> bool:
        """Whether it is one of the days. Instants of the ledger are in UTC."""
        return not self.weekdays or (at + _TOKYO).isoweekday() in self.weekdays

    def hour_open(self, at: datetime) -> bool:
        """Whether it is one of the hours."""
        here = at + _TOKYO
        return self.from_minute <= here.hour * 60 + here.minute < self.until_minute


ALWAYS = Hours()


def parse(weekdays: Sequence[int] | None, from_time: str | None, until_time: str | None) -> Hours:
    """What staff wrote: times as `HH:MM`, None for midnight and for every day.

    InvalidInputError for the first field that is wrong.
    """
    if weekdays is not None and not weekdays:
        raise InvalidInputError("weekdays", "WEEKDAYS")
    since = 0 if from_time is None else minute_of(from_time)
    until = DAY_MINUTES if until_time is None else minute_of(until_time)
    if since is None:
        raise InvalidInputError("from_time", "TIME")
    if until is None:
        raise InvalidInputError("until_time", "TIME")
    if since >= until:
        raise InvalidInputError("until_time", "ORDER")
    return Hours(frozenset(weekdays or ()), since, until)


def minute_of(text: str) -> int | None:
    """Minutes after midnight of `HH:MM`, 00:00 to 24:00; None for every other text."""
    hours, _, minutes = text.partition(":")
    if len(text) != len("HH:MM") or not (
        hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()
    ):
        return None
    found = int(hours) * 60 + int(minutes)
    return found if int(minutes) < 60 and found <= DAY_MINUTES else None  # noqa: PLR2004 - minutes of an hour


def time_of(minute: int) -> str:
    """`HH:MM` of a minute after midnight."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def to_json(hours: Hours) -> dict[str, Any]:
    """As it is stored; nothing for always."""
    if not hours.restricted:
        return {}
    return {"weekdays": sorted(hours.weekdays), "from": hours.from_minute, "until": hours.until_minute}


def from_json(stored: dict[str, Any]) -> Hours:
    """What was stored."""
    return Hours(frozenset(stored["weekdays"]), stored["from"], stored["until"]) if stored else ALWAYS
