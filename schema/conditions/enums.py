"""Enums of conditions."""

from enum import IntEnum

from schema.core.enums import contract_enum


class Weekday(IntEnum):
    """A day of the week, numbered as in ISO 8601."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7


contract_enum(
    Weekday,
    "A day of the week in Asia/Tokyo.",
    MONDAY="月曜日",
    TUESDAY="火曜日",
    WEDNESDAY="水曜日",
    THURSDAY="木曜日",
    FRIDAY="金曜日",
    SATURDAY="土曜日",
    SUNDAY="日曜日",
)
