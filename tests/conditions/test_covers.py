"""Rules within rules, against every store that the conditions can tell apart."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import NamedTuple
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.conditions.acceptance import Acceptance, both, covers
from domain.conditions.hours import Hours
from domain.stores.kinds import SizeClass


class Store(NamedTuple):
    id: UUID
    category: str
    store_group: str
    size_class: SizeClass
    area: str


IDS, CODES = [UUID(int=1), UUID(int=2)], ["", "a", "b"]
STORES = [Store(*facts) for facts in product(IDS, CODES, CODES, SizeClass, CODES)]
codes = st.frozensets(st.sampled_from(CODES[1:]))
hours = st.builds(
    lambda days, since, length: Hours(days, since * 60, min(24, since + length) * 60),
    st.frozensets(st.integers(1, 7)),
    st.integers(0, 23),
    st.integers(1, 24),
)
rules = st.builds(
    Acceptance,
    stores=st.frozensets(st.sampled_from(IDS)),
    groups=codes,
    size_classes=st.frozensets(st.sampled_from(SizeClass)),
    areas=codes,
    categories=codes,
    excluded_categories=codes,
    hours=hours,
)


@given(rules, rules)
def test_a_rule_that_covers_another_accepts_every_store_of_it(wide: Acceptance, narrow: Acceptance):
    if covers(wide, narrow):
        assert all(wide.accepts(store) for store in STORES if narrow.accepts(store))
    assert covers(wide, wide)


@given(rules, rules)
def test_what_both_accept_is_in_the_rule_of_both(first: Acceptance, second: Acceptance):
    merged = both(first, second)
    assert all(merged.accepts(store) for store in STORES if first.accepts(store) and second.accepts(store))


@given(hours, hours)
def test_hours_that_cover_others_are_open_whenever_they_are(wide: Hours, narrow: Hours):
    monday = datetime(2026, 11, 22, 15, tzinfo=UTC)
    week = [monday + timedelta(minutes=30 * half) for half in range(7 * 48)]
    assert wide.covers(narrow) == all(wide.open_at(at) for at in week if narrow.open_at(at))
