"""Days and hours: read strictly, in Asia/Tokyo."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.conditions.hours import ALWAYS, Hours, from_json, minute_of, parse, time_of, to_json
from domain.refusals import InvalidInputError

FRIDAY = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)
"""10:00 in Tokyo."""


def test_times_of_day_are_read_strictly():
    assert [minute_of(time) for time in ("00:00", "09:30", "24:00")] == [0, 570, 1_440]
    assert {minute_of(time) for time in ("24:01", "9:30", "09:60", "09：30", "", "ab:cd", "-1:00", "09:3")} == {None}
    assert [time_of(minute) for minute in (0, 570, 1_439, 1_440)] == ["00:00", "09:30", "23:59", "24:00"]


@pytest.mark.parametrize(
    ("since", "until", "field", "problem"),
    [
        ("9:00", None, "from_time", "TIME"),
        (None, "25:00", "until_time", "TIME"),
        ("17:00", "09:00", "until_time", "ORDER"),
        ("24:00", None, "until_time", "ORDER"),
    ],
)
def test_wrong_hours_name_their_field(since: str | None, until: str | None, field: str, problem: str):
    with pytest.raises(InvalidInputError) as refused:
        parse(None, since, until)
    assert (refused.value.field, refused.value.problem) == (field, problem)


def test_no_day_at_all_is_a_mistake():
    with pytest.raises(InvalidInputError) as refused:
        parse([], None, None)
    assert (refused.value.field, refused.value.problem) == ("weekdays", "WEEKDAYS")


def test_the_day_is_that_of_tokyo_and_the_end_is_exclusive():
    hours = parse([5], "06:00", "12:00")
    assert [hours.open_at(FRIDAY + timedelta(hours=later)) for later in (-5, -4, 0, 1.99, 2, 24)] == [
        False,
        True,
        True,
        True,
        False,
        False,
    ]
    assert ALWAYS.open_at(FRIDAY)
    assert not ALWAYS.restricted
    assert hours.restricted
    assert [from_json(to_json(rule)) for rule in (hours, ALWAYS)] == [hours, Hours()]


def test_what_is_left_out_is_every_day_from_midnight_to_midnight():
    assert parse(None, None, None) == ALWAYS
    assert parse([3], None, "12:00") == Hours(frozenset({3}), 0, 720)
    assert parse(None, "12:00", None) == Hours(frozenset(), 720, 1_440)
