"""Who may take part. Pure: a rule and what the town knows of a person in, the first reason against it out."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Claims:
    """What a town knows of a person by verified identity."""

    resident: bool
    birth_year: int | None
    household: UUID | None = None


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Ages are those that are reached in the year, as municipal programmes count them; None asks for nothing.

    household_known: asked where a cap counts per household; it comes with that cap, and is not stored here.
    """

    residents_only: bool = False
    age_from: int | None = None
    age_to: int | None = None
    household_known: bool = False

    def reason_against(self, claims: Claims | None, year: int) -> str | None:
        """RESIDENCY, AGE or UNVERIFIED; None: eligible."""
        asks_age = self.age_from is not None or self.age_to is not None
        if not self.residents_only and not asks_age and not self.household_known:
            return None
        if (
            claims is None
            or (asks_age and claims.birth_year is None)
            or (self.household_known and claims.household is None)
        ):
            return "UNVERIFIED"
        if self.residents_only and not claims.resident:
            return "RESIDENCY"
        age = year - (claims.birth_year or 0)
        if asks_age and not (self.age_from or 0) <= age <= (self.age_to or age):
            return "AGE"
        return None


ANYBODY = Eligibility()


def to_json(rule: Eligibility) -> dict[str, Any]:
    """The rule as it is stored."""
    return {name: value for name, value in asdict(rule).items() if value}


def from_json(stored: dict[str, Any]) -> Eligibility:
    """The rule that was stored."""
    return Eligibility(**stored)
