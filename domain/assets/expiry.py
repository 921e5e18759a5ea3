"""Dates of expiry. Pure. `expires_at` is exclusive: 00:00 in Asia/Tokyo after the last usable day."""

from datetime import UTC, date, datetime, time, timedelta, timezone

from domain.assets.kinds import ExpiryRule

TOKYO = timezone(timedelta(hours=9))
"""Japan's civil time; without daylight saving since 1951."""
SIX_MONTHS = 6


def midnight(day: date) -> datetime:
    """Return 00:00 of a day in Asia/Tokyo, as an instant in UTC."""
    return datetime.combine(day, time(), TOKYO).astimezone(UTC)


def after(day: date) -> datetime:
    """Return the end of a day in Asia/Tokyo: the instant at which value with that last usable day expires."""
    return midnight(day + timedelta(days=1))


def months_later(day: date, months: int) -> date:
    """Return the same day a number of months later, or the last of the month if it has no such day."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return min(date(years, month + 1, 1) + timedelta(days=day.day - 1), month_end(date(years, month + 1, 1)))


def month_end(day: date) -> date:
    """Return the last day of the month of a day."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)


def last_usable_day(rule: ExpiryRule, issued_on: date, months: int | None, fixed: date | None) -> date | None:
    """Return the last usable day of value issued on a day; None if it does not expire."""
    match rule:
        case ExpiryRule.FIXED_DATE:
            return fixed
        case ExpiryRule.MONTHS_AFTER_ISSUE | ExpiryRule.LAST_USE_MONTHS:
            return months_later(issued_on, months or 0)
        case ExpiryRule.MONTH_END_AFTER_MONTHS:
            return month_end(months_later(issued_on.replace(day=1), months or 0))
        case _:
            return None


def last_day_of_months(first: date, months: int) -> date:
    """Return the last day of a period of months that begins at 00:00 of its first day.

    Civil Code, article 143(2): it ends on the day before the corresponding day; if the last month has no such day, on
    the last day of that month. The first day counts, because the period begins at 00:00 (article 140).
    """
    corresponding = months_later(first, months)
    return corresponding - timedelta(days=1) if corresponding.day == first.day else corresponding


def latest_of_six_months(issued_on: date) -> date:
    """Return the last usable day of value that is exempt because it expires within six months of its issue.

    Payment Services Act, article 4-2. Lots are issued at 00:00, so the day of issue counts as the first day.
    """
    return last_day_of_months(issued_on, SIX_MONTHS)
