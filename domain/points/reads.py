"""Reads of earning rules, for other rooms."""

from uuid import UUID

from domain.cache import cached
from domain.conditions.acceptance import from_json as acceptance_of
from domain.conditions.eligibility import from_json as eligibility_of
from domain.points.kinds import RuleKind, Stacking
from domain.points.rules import EarningRule
from domain.points.tables import EarningRule as Row


async def of_municipality(municipality: int) -> list[EarningRule]:
    """List the rules of a municipality that are not stopped."""
    return [_of(row) for row in await Row.filter(municipality_id=municipality, stopped_at=None)]


EARNING_RULES = cached(of_municipality, keep_empty=True)
"""The rules of a municipality that are not stopped, at most some seconds old."""


async def of_programmes(keys: list[tuple[int, UUID]]) -> list[list[EarningRule]]:
    """List all rules of programmes, also stopped ones, oldest first, in the order of (municipality, programme)."""
    rules: dict[tuple[int, UUID], list[EarningRule]] = {}
    for row in await Row.filter(programme_id__in=[programme for _, programme in keys]).order_by("created_at", "id"):
        rules.setdefault((row.municipality_id, row.programme_id), []).append(_of(row))
    return [rules.get(key, []) for key in keys]


async def by_id(municipality: int, rule: UUID) -> EarningRule | None:
    """Read a rule; None where there is none."""
    row = await Row.get_or_none(municipality_id=municipality, id=rule)
    return None if row is None else _of(row)


async def by_keys(keys: list[tuple[int, UUID]]) -> list[EarningRule | None]:
    """Read rules in the order of (municipality, id); None where there is none."""
    query = Row.filter(municipality_id__in={town for town, _ in keys}, id__in=[rule for _, rule in keys])
    rules = {(row.municipality_id, row.id): _of(row) for row in await query}
    return [rules.get(key) for key in keys]


async def by_ids(municipality: int, rules: list[UUID]) -> dict[UUID, EarningRule]:
    """Read rules of a municipality by id, also stopped ones."""
    return {row.id: _of(row) for row in await Row.filter(municipality_id=municipality, id__in=rules)}


def _of(row: Row) -> EarningRule:
    return EarningRule(
        municipality=row.municipality_id,
        id=row.id,
        programme=row.programme_id,
        kind=RuleKind(row.kind),
        name_ja=row.name_ja,
        name_en=row.name_en,
        rate_bp=row.rate_bp,
        points=row.points,
        minimum_amount=row.minimum_amount,
        base_assets=frozenset(row.base_assets),
        acceptance=acceptance_of(row.acceptance),
        eligibility=eligibility_of(row.eligibility),
        cap_per_day=row.cap_per_day,
        cap_per_month=row.cap_per_month,
        priority=row.priority,
        stacking=Stacking(row.stacking),
        created_at=row.created_at,
        stopped_at=row.stopped_at,
    )
