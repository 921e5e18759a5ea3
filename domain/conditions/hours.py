"""Days of the week and hours at which value may be spent, in Asia/Tokyo. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.refusals import InvalidInputError

_TOKYO = timedelta(hours=9)
DAY_MINUTES = 24 * 60
WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Hours:
    """The days and hours of acceptance.

    weekdays: as in ISO 8601, Monday 1 to Sunday 7; empty for every day.
    from_minute (inclusive), until_minute (exclusive): minutes after midnight.
    """

    weekdays: frozenset[int] = frozenset()
    from_minute: int = 0
    until_minute: int = DAY_MINUTES

    @property
    def restricted(self) -> bool:
        """Whether there is a time at which value may not be spent."""
        return self is not ALWAYS and self != ALWAYS

    def open_at(self, at: datetime) -> bool:
        """Whether value may be spent at this instant."""
        return not self.restricted or (self.day_open(at) and self.hour_open(at))

    def covers(self, other: "Hours") -> bool:
        """Whether these hours are open whenever the others are."""
        days = len(self.weekdays) in {0, WEEK_DAYS} or (bool(other.weekdays) and other.weekdays <= self.weekdays)
        return days and self.from_minute <= other.from_minute and other.until_minute <= self.until_minute

    def day_open(self, at: datetime) -> bool:
        """Whether an instant in UTC falls on one of the days."""
        return not self.weekdays or (at + _TOKYO).isoweekday() in self.weekdays

    def hour_open(self, at: datetime) -> bool:
        """Whether an instant in UTC falls within the hours."""
        local = at + _TOKYO
        return self.from_minute <= local.hour * 60 + local.minute < self.until_minute


ALWAYS = Hours()


def parse(weekdays: Sequence[int] | None, from_time: str | None, until_time: str | None) -> Hours:
    """Parse the input of staff: times as `HH:MM` or None for midnight, weekdays or None for every day.

    Raises InvalidInputError for the first invalid field.
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
    """Parse `HH:MM`, 00:00 to 24:00, into minutes after midnight; None for any other text."""
    hours, _, minutes = text.partition(":")
    if len(text) != len("HH:MM") or not (
        hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()
    ):
        return None
    minute = int(hours) * 60 + int(minutes)
    return minute if int(minutes) < 60 and minute <= DAY_MINUTES else None  # noqa: PLR2004 - minutes of an hour


def time_of(minute: int) -> str:
    """Format minutes after midnight as `HH:MM`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def to_json(hours: Hours) -> dict[str, Any]:
    """Return the hours as stored; empty if unrestricted."""
    if not hours.restricted:
        return {}
    return {"weekdays": sorted(hours.weekdays), "from": hours.from_minute, "until": hours.until_minute}


def from_json(stored: dict[str, Any]) -> Hours:
    """Read stored hours."""
    return Hours(frozenset(stored["weekdays"]), stored["from"], stored["until"]) if stored else ALWAYS
