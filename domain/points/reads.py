"""Earning rules, as others see them."""

from uuid import UUID

from domain.cache import cached
from domain.conditions.acceptance import from_json as acceptance_of
from domain.conditions.eligibility import from_json as eligibility_of
from domain.points.kinds import RuleKind, Stacking
from domain.points.rules import EarningRule
from domain.points.tables import EarningRule as Row


async def of_municipality(municipality: int) -> list[EarningRule]:
    """The rules of a town that are not stopped."""
    return [_of(row) for row in await Row.filter(municipality_id=municipality, stopped_at=None)]


EARNING_RULES = cached(of_municipality, keep_empty=True)
"""The rules of a town that are not stopped, some seconds old at most."""


async def of_programmes(keys: list[tuple[int, UUID]]) -> list[list[EarningRule]]:
    """All rules of programmes, stopped ones too, oldest first, in the order of (municipality, programme)."""
    found: dict[tuple[int, UUID], list[EarningRule]] = {}
    for row in await Row.filter(programme_id__in=[programme for _, programme in keys]).order_by("created_at", "id"):
        found.setdefault((row.municipality_id, row.programme_id), []).append(_of(row))
    return [found.get(key, []) for key in keys]


async def by_id(municipality: int, rule: UUID) -> EarningRule | None:
    """One rule of a town."""
    row = await Row.get_or_none(municipality_id=municipality, id=rule)
    return None if row is None else _of(row)


async def by_keys(keys: list[tuple[int, UUID]]) -> list[EarningRule | None]:
    """Rules in the order of (municipality, id); None where there is none."""
    wanted = Row.filter(municipality_id__in={town for town, _ in keys}, id__in=[rule for _, rule in keys])
    found = {(row.municipality_id, row.id): _of(row) for row in await wanted}
    return [found.get(key) for key in keys]


async def by_ids(municipality: int, rules: list[UUID]) -> dict[UUID, EarningRule]:
    """Rules of a town by id, stopped ones too."""
    return {row.id: _of(row) for row in await Row.filter(municipality_id=municipality, id__in=rules)}


def _of(row: Row) -> EarningRule:
    return EarningRule(
        row.municipality_id,
        row.id,
        row.programme_id,
        RuleKind(row.kind),
        row.name_ja,
        row.name_en,
        row.rate_bp,
        row.points,
        row.minimum_amount,
        frozenset(row.base_assets),
        acceptance_of(row.acceptance),
        eligibility_of(row.eligibility),
        row.cap_per_day,
        row.cap_per_month,
        row.priority,
        Stacking(row.stacking),
        row.created_at,
        row.stopped_at,
    )
