"""When value ends. Pure. `expires_at` is exclusive: 00:00 in Asia/Tokyo after the last day."""

from datetime import UTC, date, datetime, time, timedelta

from domain.assets.kinds import ExpiryRule

_TOKYO = timedelta(hours=9)
SIX_MONTHS = 6


def midnight(day: date) -> datetime:
    """00:00 in Asia/Tokyo, as an instant in UTC."""
    return datetime.combine(day, time(), UTC) - _TOKYO


def after(day: date) -> datetime:
    """The end of a day in Asia/Tokyo: the instant from which value of that last day is gone."""
    return midnight(day + timedelta(days=1))


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last of the month where it has no such day."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return min(date(years, month + 1, 1) + timedelta(days=day.day - 1), month_end(date(years, month + 1, 1)))


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)


def last_usable_day(rule: ExpiryRule, issued_on: date, months: int | None, fixed: date | None) -> date | None:
    """The last day of value that is issued on a day; None: no end."""
    match rule:
        case ExpiryRule.FIXED_DATE:
            return fixed
        case ExpiryRule.MONTHS_AFTER_ISSUE | ExpiryRule.LAST_USE_MONTHS:
            return months_later(issued_on, months or 0)
        case ExpiryRule.MONTH_END_AFTER_MONTHS:
            return month_end(months_later(issued_on.replace(day=1), months or 0))
        case _:
            return None


def latest_of_six_months(issued_on: date) -> date:
    """The last usable day of value that is exempt because it ends within six months of its issue.

    Payment Services Act, article 4-2: the term ends the day before the same day six months later.
    """
    return months_later(issued_on, SIX_MONTHS) - timedelta(days=1)
