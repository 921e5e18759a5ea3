"""Reads of programmes."""

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
from domain.programmes.kinds import BudgetSource, ClawbackRule, ProgrammeKind
from domain.programmes.tables import Programme as Row


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme. Amounts in whole units; rates in hundredths of a percent; `expires_at` is exclusive.

    funding_source: who pays for it; None: not stated, as for programmes of before it could be.
    """

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
    funding_source: BudgetSource | None = None

    def open_at(self, at: datetime) -> bool:
        """Whether the programme gives value at this instant."""
        return self.starts_at <= at < self.ends_at

    def cap_of(self, person: UUID) -> GuardKey:
        """Return the key of the guard that counts the value given to a person."""
        return (self.municipality, GuardKind.PROGRAMME_CAP, self.id, str(person))

    def caps_of(self, person: UUID, household: UUID | None) -> tuple[tuple[GuardKey, int], ...]:
        """Return the guards that count the value given to a person, with their caps.

        They are the person's own, and the household's if the programme has a cap per household.
        """
        own = (self.cap_of(person), self.cap)
        if self.cap_per_household is None or household is None:
            return (own,)
        return (own, ((self.municipality, GuardKind.HOUSEHOLD_CAP, self.id, str(household)), self.cap_per_household))

    @property
    def cap(self) -> int:
        """The cap per person; the largest possible amount if the programme has none."""
        return self.cap_per_person or 2**53 - 1


async def of_municipality(municipality: int) -> list[Programme]:
    """Return all programmes of a municipality, newest first."""
    return [_of(row) for row in await Row.filter(municipality_id=municipality).order_by("-created_at", "id")]


PROGRAMMES = cached(of_municipality, keep_empty=True)
"""All programmes of a municipality, at most `cache.SECONDS` old."""


async def by_id(municipality: int, programme: UUID) -> Programme | None:
    """Return a programme of a municipality; None if there is no such programme."""
    row = await Row.get_or_none(municipality_id=municipality, id=programme)
    return None if row is None else _of(row)


async def by_keys(keys: list[tuple[int, UUID]]) -> list[Programme | None]:
    """Return programmes in the order of their keys (municipality, id); None for an unknown key."""
    programmes = {
        (row.municipality_id, row.id): _of(row) for row in await Row.filter(id__in=[programme for _, programme in keys])
    }
    return [programmes.get(key) for key in keys]


async def budgets_left(keys: list[tuple[int, UUID]]) -> list[int]:
    """Return what is left of each programme's budget. Whole units."""
    budget_rows = await rows(
        "select municipality_id, holder_id, sum(posted)::bigint as left from account where kind = $3"
        " and (municipality_id, holder_id) in (select * from unnest($1::smallint[], $2::uuid[])) group by 1, 2",
        [municipality for municipality, _ in keys],
        [programme for _, programme in keys],
        AccountKind.BUDGET,
    )
    left = {(row["municipality_id"], row["holder_id"]): row["left"] for row in budget_rows}
    return [left.get(key, 0) for key in keys]


@dataclass(frozen=True, slots=True)
class SourceLine:
    """The value of one asset that programmes of one source have left, and have given and is in wallets. Whole units."""

    municipality: int
    source: BudgetSource | None
    asset: int
    budget_left: int
    in_wallets: int


async def by_source(municipality: int, at: datetime) -> list[SourceLine]:
    """Sum the budgets of a municipality's programmes, and the value in wallets from them, at an instant."""
    sums = await rows(
        f"""select p.funding_source, a.asset_id,
            coalesce(sum(e.amount) filter (where a.kind = {AccountKind.BUDGET:d}), 0)::bigint as budget_left,
            coalesce(sum(e.amount) filter (where a.kind = {AccountKind.WALLET:d}), 0)::bigint as in_wallets
          from journal j
          join entry e on e.municipality_id = j.municipality_id and e.journal_id = j.id
          join account a on a.municipality_id = e.municipality_id and a.id = e.account_id
            and a.kind in ({AccountKind.BUDGET:d}, {AccountKind.WALLET:d})
          left join lot l on l.municipality_id = a.municipality_id and l.id = a.lot_id
          join programme p on p.municipality_id = a.municipality_id
            and p.id = case when a.kind = {AccountKind.BUDGET:d} then a.holder_id else l.programme_id end
          where j.municipality_id = $1 and j.recorded_at <= $2 group by 1, 2 order by 1 nulls last, 2""",
        municipality,
        at,
    )
    return [
        SourceLine(
            municipality=municipality,
            source=None if row["funding_source"] is None else BudgetSource(row["funding_source"]),
            asset=row["asset_id"],
            budget_left=row["budget_left"],
            in_wallets=row["in_wallets"],
        )
        for row in sums
    ]


async def budget_changes(municipality: int, programme: UUID) -> int:
    """Return the sum of all changes of a programme's budget since its creation. Whole units."""
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
        municipality=row.municipality_id,
        id=row.id,
        kind=ProgrammeKind(row.kind),
        name_ja=row.name_ja,
        name_en=row.name_en,
        asset=row.asset_id,
        funding=Funding(row.funding),
        budget=row.budget,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        cap_per_person=row.cap_per_person,
        eligibility=eligibility,
        acceptance=acceptance_of(row.acceptance),
        usable_from=row.usable_from,
        expires_at=row.expires_at,
        charged_asset=row.charged_asset_id,
        rate_bp=row.rate_bp,
        activates_after_days=row.activates_after_days,
        clawback=None if row.clawback is None else ClawbackRule(row.clawback),
        cap_per_household=row.cap_per_household,
        funding_source=None if row.funding_source is None else BudgetSource(row.funding_source),
    )
