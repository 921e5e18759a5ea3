"""Programmes, as others see them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.conditions.acceptance import Acceptance
from domain.conditions.acceptance import from_json as acceptance_of
from domain.conditions.eligibility import Claims, Eligibility
from domain.conditions.eligibility import from_json as eligibility_of
from domain.database import rows
from domain.ledger.kinds import AccountKind, Funding, GuardKind
from domain.ledger.request import GuardKey
from domain.points.kinds import ClawbackRule
from domain.programmes.kinds import ProgrammeKind
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


async def person_of(municipality: int, wallet: UUID) -> tuple[UUID, Claims | None]:
    """Whose wallet it is, for caps per person, and what the town knows of them.

    A wallet without a person stands for itself.
    """
    return (await persons_of([(municipality, wallet)]))[0]


async def persons_of(keys: list[tuple[int, UUID]]) -> list[tuple[UUID, Claims | None]]:
    """The same for many, in the order of (municipality, wallet)."""
    found = await rows(
        """select distinct on (x.municipality_id, x.holder_id) x.municipality_id, x.holder_id, x.person_id, c.resident,
          c.birth_year, c.household
          from unnest($1::smallint[], $2::uuid[]) w (m, h)
          join holder_access x on x.municipality_id = w.m and x.holder_id = w.h and x.relation = 1
            and x.revoked_at is null
          left join person_claim c on c.municipality_id = x.municipality_id and c.person_id = x.person_id
          order by x.municipality_id, x.holder_id, x.granted_at""",
        [municipality for municipality, _ in keys],
        [wallet for _, wallet in keys],
    )
    people = {(row["municipality_id"], row["holder_id"]): (row["person_id"], _claims(row)) for row in found}
    return [people.get(key, (key[1], None)) for key in keys]


async def claims_of(municipality: int, person: UUID) -> Claims | None:
    """What the town knows of a person."""
    found = await rows(
        "select resident, birth_year, household from person_claim where municipality_id = $1 and person_id = $2",
        municipality,
        person,
    )
    return _claims(found[0]) if found else None


def _claims(row: dict[str, Any]) -> Claims | None:
    return None if row["resident"] is None else Claims(row["resident"], row["birth_year"], row["household"])


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
