"""Who may have value: residence, age in the calendar year, and a known household."""

from uuid import UUID

import pytest

from domain.conditions.eligibility import ANYBODY, Claims, Eligibility, from_json, to_json

YEAR = 2026
RESIDENT = Claims(resident=True, birth_year=1961, household=UUID(int=1))


@pytest.mark.parametrize(
    ("rule", "claims", "reason"),
    [
        (ANYBODY, None, None),
        (Eligibility(residents_only=True), None, "UNVERIFIED"),
        (Eligibility(residents_only=True), Claims(resident=True, birth_year=None), None),
        (Eligibility(residents_only=True), Claims(resident=False, birth_year=1961), "RESIDENCY"),
        (Eligibility(age_from=65), Claims(resident=False, birth_year=1961), None),
        (Eligibility(age_from=66), RESIDENT, "AGE"),
        (Eligibility(age_from=65), Claims(resident=True, birth_year=None), "UNVERIFIED"),
        (Eligibility(age_to=65), RESIDENT, None),
        (Eligibility(age_to=64), RESIDENT, "AGE"),
        (Eligibility(age_to=3), Claims(resident=True, birth_year=YEAR), None),
        (Eligibility(household_known=True), RESIDENT, None),
        (Eligibility(household_known=True), Claims(resident=True, birth_year=1961), "UNVERIFIED"),
        (Eligibility(age_from=65, household_known=True), Claims(resident=True, birth_year=1961), "UNVERIFIED"),
        (Eligibility(residents_only=True, age_from=66), RESIDENT, "AGE"),
    ],
)
def test_why_a_person_may_not_have_it(rule: Eligibility, claims: Claims | None, reason: str | None):
    assert rule.reason_against(claims, YEAR) == reason
    assert from_json(to_json(rule)) == rule
