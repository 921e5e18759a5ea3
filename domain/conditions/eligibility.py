"""Eligibility: whether a person may take part, decided from a rule and the person's verified claims. Pure."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Claims:
    """The facts that a municipality has verified of a person."""

    resident: bool
    birth_year: int | None
    household: UUID | None = None


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The conditions of a programme for persons; None is no condition.

    age_from, age_to: the age reached within the calendar year, as municipal programmes count it.
    household_known: required by a cap per household. It is derived from that cap and not stored with the rule.
    """

    residents_only: bool = False
    age_from: int | None = None
    age_to: int | None = None
    household_known: bool = False

    def reason_against(self, claims: Claims | None, year: int) -> str | None:
        """Return RESIDENCY, AGE or UNVERIFIED; None if the person is eligible."""
        has_age = self.age_from is not None or self.age_to is not None
        if not self.residents_only and not has_age and not self.household_known:
            return None
        if (
            claims is None
            or (has_age and claims.birth_year is None)
            or (self.household_known and claims.household is None)
        ):
            return "UNVERIFIED"
        if self.residents_only and not claims.resident:
            return "RESIDENCY"
        age = year - (claims.birth_year or 0)
        if has_age and not (self.age_from or 0) <= age <= (self.age_to or age):
            return "AGE"
        return None


ANYBODY = Eligibility()


def to_json(rule: Eligibility) -> dict[str, Any]:
    """Return the rule as stored."""
    return {name: value for name, value in asdict(rule).items() if value}


def from_json(stored: dict[str, Any]) -> Eligibility:
    """Read a stored rule."""
    return Eligibility(**stored)
