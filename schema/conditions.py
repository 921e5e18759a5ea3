"""Conditions that programmes, products and rules share: who may take part, and when."""

import strawberry
from strawberry import Parent

from domain.conditions.eligibility import Eligibility as EligibilityRow
from domain.conditions.hours import Hours as HoursRow
from domain.conditions.hours import time_of
from schema.enums import Weekday


@strawberry.type(description="Who may take part in a programme.")
class Eligibility:
    """Who may take part."""

    residents_only: bool = strawberry.field(description="Only people whose residence in the town is verified.")
    age_from: int | None = strawberry.field(description="The least age that is reached in the year; null: any.")
    age_to: int | None = strawberry.field(description="The greatest age that is reached in the year; null: any.")


def eligibility_of(rule: EligibilityRow) -> Eligibility:
    """The rule as the contract shows it."""
    return Eligibility(residents_only=rule.residents_only, age_from=rule.age_from, age_to=rule.age_to)


@strawberry.type(description="Days of the week and hours of the day in Asia/Tokyo.")
class Hours:
    """Days and hours."""

    @strawberry.field(description="The days; all seven where there is no limit.")
    def weekdays(root: Parent[HoursRow]) -> list[Weekday]:
        return [day for number, day in enumerate(Weekday, 1) if not root.weekdays or number in root.weekdays]

    @strawberry.field(description="From which time of the day, such as 09:00.")
    def from_time(root: Parent[HoursRow]) -> str:
        return time_of(root.from_minute)

    @strawberry.field(description="Until which time of the day, exclusive, such as 17:00; 24:00 is midnight.")
    def until_time(root: Parent[HoursRow]) -> str:
        return time_of(root.until_minute)
