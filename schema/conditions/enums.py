"""Enums of conditions."""

from enum import IntEnum

import strawberry

value = strawberry.enum_value


@strawberry.enum(description="A day of the week in Asia/Tokyo.")
class Weekday(IntEnum):
    """A day of the week, numbered as in ISO 8601."""

    MONDAY = value(1, description="月曜日")
    TUESDAY = value(2, description="火曜日")
    WEDNESDAY = value(3, description="水曜日")
    THURSDAY = value(4, description="木曜日")
    FRIDAY = value(5, description="金曜日")
    SATURDAY = value(6, description="土曜日")
    SUNDAY = value(7, description="日曜日")
