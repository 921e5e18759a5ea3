"""Conditions as staff write them."""

import strawberry

from domain.conditions.acceptance import EVERYWHERE, Acceptance
from domain.conditions.eligibility import ANYBODY, Eligibility
from domain.conditions.hours import ALWAYS, Hours, parse
from domain.refusals import InvalidInputError
from schema.conditions.enums import Weekday
from schema.core.ids import ID, Prefix, read
from schema.stores.enums import SizeClass

CODES_LIMIT = 1_000
CODE_LENGTH = 32


@strawberry.input(description="Days of the week and hours of the day in Asia/Tokyo.")
class HoursInput:
    """Days and hours."""

    weekdays: list[Weekday] | None = strawberry.field(default=None, description="The days; all seven when absent.")
    from_time: str | None = strawberry.field(
        default=None, description="Time of the day from which, inclusive, such as 09:00; 00:00 when absent."
    )
    until_time: str | None = strawberry.field(
        default=None, description="Time of the day until which, exclusive, such as 17:00; 24:00 when absent."
    )

    def hours(self) -> Hours:
        """The days and hours; InvalidInputError names the field that is wrong."""
        days = None if self.weekdays is None else [int(day) for day in self.weekdays]
        return parse(days, self.from_time, self.until_time)


@strawberry.input(
    description=(
        "Where value may be spent. Every kind of condition that is given must hold; nothing given: every store of the"
        " municipality."
    )
)
class AcceptanceInput:
    """Where value may be spent."""

    store_ids: list[ID] | None = strawberry.field(default=None, description="These stores only.")
    groups: list[str] | None = strawberry.field(default=None, description="Stores of these group codes.")
    size_classes: list[SizeClass] | None = strawberry.field(default=None, description="Stores of these sizes.")
    areas: list[str] | None = strawberry.field(default=None, description="Stores of these area codes.")
    categories: list[str] | None = strawberry.field(default=None, description="Stores of these category codes.")
    excluded_categories: list[str] | None = strawberry.field(
        default=None, description="No store of these category codes. 利用対象外"
    )
    hours: HoursInput | None = strawberry.field(
        default=None, description="On which days and at which hours; always when absent."
    )

    def rule(self, municipality: int) -> Acceptance:
        """The rule in a municipality; InvalidInputError names the field that is wrong."""
        stores = [read(Prefix.STORE, store) for store in self.store_ids or ()]
        if len(stores) > CODES_LIMIT or any(store is None or store[0] != municipality for store in stores):
            raise InvalidInputError("store_ids", "UNKNOWN_STORE")
        return Acceptance(
            stores=frozenset(store[1] for store in stores if store is not None),
            groups=_codes("groups", self.groups),
            size_classes=frozenset(self.size_classes or ()),
            areas=_codes("areas", self.areas),
            categories=_codes("categories", self.categories),
            excluded_categories=_codes("excluded_categories", self.excluded_categories),
            hours=hours_of(self.hours),
        )


@strawberry.input(description="Who may take part. Nothing given: anybody.")
class EligibilityInput:
    """Who may take part."""

    residents_only: bool | None = strawberry.field(
        default=None, description="Only people whose residence in the municipality is verified."
    )
    age_from: int | None = strawberry.field(default=None, description="The least age that is reached in the year.")
    age_to: int | None = strawberry.field(default=None, description="The greatest age that is reached in the year.")

    def rule(self) -> Eligibility:
        """The rule."""
        return Eligibility(residents_only=bool(self.residents_only), age_from=self.age_from, age_to=self.age_to)


def hours_of(hours: HoursInput | None) -> Hours:
    """Days and hours; always when nothing is given."""
    return ALWAYS if hours is None else hours.hours()


def acceptance_of(acceptance: AcceptanceInput | None, municipality: int) -> Acceptance:
    """Where value may be spent; everywhere when nothing is given."""
    return EVERYWHERE if acceptance is None else acceptance.rule(municipality)


def eligibility_of(eligibility: EligibilityInput | None) -> Eligibility:
    """Who may take part; anybody when nothing is given."""
    return ANYBODY if eligibility is None else eligibility.rule()


def _codes(field: str, unchecked: list[str] | None) -> frozenset[str]:
    codes = frozenset(unchecked or ())
    if len(codes) > CODES_LIMIT or any(not 0 < len(code) <= CODE_LENGTH for code in codes):
        raise InvalidInputError(field, "LENGTH")
    return codes
