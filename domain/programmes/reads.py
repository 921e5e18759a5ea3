"""Programmes, as others see them."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.cache import cached
from domain.conditions.acceptance import Acceptance
from domain.conditions.acceptance import from_json as acceptance_of
from domain.conditions.eligibility import Eligibility
from domain.conditions.eligibility import from_json as eligibility_of
from domain.database import rows
from domain.ledger.kinds import AccountKind, Funding, GuardKind, JournalKind, Outcome
from domain.ledger.request import GuardKey
from domain.programmes.kinds import ClawbackRule, ProgrammeKind
from domain.programmes.tables import Programme as Row


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme. Whole units; rates in hundredths of a percent; `expires_at` exclusive."""

    municipality: int
    id: UUID
    kind: ProgrammeKind
    name_ja: str
    name_en: str
    asset: int
    funding: Funding
    budget: int
    starts_at: datetime
    ends_at: datetime
    cap_per_person: int | None
    eligibility: Eligibility
    acceptance: Acceptance
    usable_from: datetime | None
    expires_at: datetime | None
    charged_asset: int | None
    rate_bp: int | None
    activates_after_days: int | None
    clawback: ClawbackRule | None
    cap_per_household: int | None

    def open_at(self, at: datetime) -> bool:
        """Whether it gives value at this instant."""
        return self.starts_at <= at < self.ends_at

    def cap_of(self, person: UUID) -> GuardKey:
        """The guard that counts what a person was given."""
        return (self.municipality, GuardKind.PROGRAMME_CAP, self.id, str(person))

    def caps_of(self, person: UUID, household: UUID | None) -> tuple[tuple[GuardKey, int], ...]:
        """Every guard that counts what a person is given, with its cap.

        The person's own, and the household's where there is a cap for it.
        """
        own = (self.cap_of(person), self.cap)
        if self.cap_per_household is None or household is None:
            return (own,)
        return (own, ((self.municipality, GuardKind.HOUSEHOLD_CAP, self.id, str(household)), self.cap_per_household))

    @property
    def cap(self) -> int:
        """The most for a person; no cap is the largest amount there is."""
        return self.cap_per_person or 2**53 - 1


async def of_municipality(municipality: int) -> list[Programme]:
    """All programmes of a town, newest first."""
    return [_of(row) for row in await Row.filter(municipality_id=municipality).order_by("-created_at", "id")]


PROGRAMMES = cached(of_municipality, keep_empty=True)
"""All programmes of a town, some seconds old at most."""


async def by_id(municipality: int, programme: UUID) -> Programme | None:
    """One programme of a town."""
    row = await Row.get_or_none(municipality_id=municipality, id=programme)
    return None if row is None else _of(row)


async def by_keys(keys: list[tuple[int, UUID]]) -> list[Programme | None]:
    """Programmes in the order of (municipality, id); None where there is none."""
    found = {
        (row.municipality_id, row.id): _of(row) for row in await Row.filter(id__in=[programme for _, programme in keys])
    }
    return [found.get(key) for key in keys]


async def budgets_left(keys: list[tuple[int, UUID]]) -> list[int]:
    """What is left of each programme's budget. Whole units."""
    found = await rows(
        "select municipality_id, holder_id, sum(posted)::bigint as left from account where kind = $3"
        " and (municipality_id, holder_id) in (select * from unnest($1::smallint[], $2::uuid[])) group by 1, 2",
        [m for m, _ in keys],
        [i for _, i in keys],
        AccountKind.BUDGET,
    )
    left = {(row["municipality_id"], row["holder_id"]): row["left"] for row in found}
    return [left.get(key, 0) for key in keys]


async def budget_changes(municipality: int, programme: UUID) -> int:
    """The sum of all changes of a programme's budget since it was made. Whole units."""
    [row] = await rows(
        """select coalesce(sum((receipt ->> 'change')::bigint), 0)::bigint as changed from journal
          where municipality_id = $1 and linked_journal = $2 and kind = $3 and outcome = $4""",
        municipality,
        programme,
        JournalKind.BUDGET_CHANGE,
        Outcome.SETTLED,
    )
    changed: int = row["changed"]
    return changed


def _of(row: Row) -> Programme:
    eligibility = replace(eligibility_of(row.eligibility), household_known=row.cap_per_household is not None)
    return Programme(
        row.municipality_id,
        row.id,
        ProgrammeKind(row.kind),
        row.name_ja,
        row.name_en,
        row.asset_id,
        Funding(row.funding),
        row.budget,
        row.starts_at,
        row.ends_at,
        row.cap_per_person,
        eligibility,
        acceptance_of(row.acceptance),
        row.usable_from,
        row.expires_at,
        row.charged_asset_id,
        row.rate_bp,
        row.activates_after_days,
        None if row.clawback is None else ClawbackRule(row.clawback),
        row.cap_per_household,
    )
