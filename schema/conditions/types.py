"""Where and when value may be spent, and who may take part."""

import strawberry

from domain.conditions.acceptance import Acceptance as DomainAcceptance
from domain.conditions.eligibility import Eligibility as DomainEligibility
from domain.conditions.hours import Hours as DomainHours
from domain.conditions.hours import time_of
from schema.conditions.enums import Weekday
from schema.core.context import MeguruInfo
from schema.stores.enums import SizeClass
from schema.stores.types import Store, stores_of


@strawberry.type(description="Who may take part in a programme.")
class Eligibility:
    """Who may take part."""

    eligibility: strawberry.Private[DomainEligibility]

    @strawberry.field(description="Only people whose residence in the municipality is verified.")
    def residents_only(self) -> bool:
        return self.eligibility.residents_only

    @strawberry.field(description="The least age that is reached in the year; null: any.")
    def age_from(self) -> int | None:
        return self.eligibility.age_from

    @strawberry.field(description="The greatest age that is reached in the year; null: any.")
    def age_to(self) -> int | None:
        return self.eligibility.age_to


@strawberry.type(description="Days of the week and hours of the day in Asia/Tokyo.")
class Hours:
    """Days and hours."""

    hours: strawberry.Private[DomainHours]

    @strawberry.field(description="The days; all seven where there is no limit.")
    def weekdays(self) -> list[Weekday]:
        return [day for day in Weekday if not self.hours.weekdays or day in self.hours.weekdays]

    @strawberry.field(description="Time of the day from which, inclusive, such as 09:00.")
    def from_time(self) -> str:
        return time_of(self.hours.from_minute)

    @strawberry.field(description="Time of the day until which, exclusive, such as 17:00; 24:00 is midnight.")
    def until_time(self) -> str:
        return time_of(self.hours.until_minute)


@strawberry.type(
    description=(
        "Where and when value may be spent: every condition that is not empty must hold. All empty: every store of the"
        " municipality."
    )
)
class Acceptance:
    """Where value may be spent; the rule names stores by their keys in the municipality."""

    municipality: strawberry.Private[int]
    rule: strawberry.Private[DomainAcceptance]

    @strawberry.field(description="These stores only; at most 1,000.")
    async def stores(self, info: MeguruInfo) -> list[Store]:
        return await stores_of(info, self.municipality, sorted(self.rule.stores))

    @strawberry.field(description="Stores of these group codes.")
    def groups(self) -> list[str]:
        return sorted(self.rule.groups)

    @strawberry.field(description="Stores of these sizes.")
    def size_classes(self) -> list[SizeClass]:
        return sorted(self.rule.size_classes)

    @strawberry.field(description="Stores of these area codes.")
    def areas(self) -> list[str]:
        return sorted(self.rule.areas)

    @strawberry.field(description="Stores of these category codes.")
    def categories(self) -> list[str]:
        return sorted(self.rule.categories)

    @strawberry.field(description="No store of these category codes. 利用対象外")
    def excluded_categories(self) -> list[str]:
        return sorted(self.rule.excluded_categories)

    @strawberry.field(description="On which days and at which hours.")
    def hours(self) -> Hours:
        return Hours(hours=self.rule.hours)
