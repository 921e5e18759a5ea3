"""A wider rule accepts every store that the other accepted: only such a change is safe once value was issued."""

from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.conditions.acceptance import Acceptance, covers
from domain.stores.kinds import SizeClass
from domain.stores.reads import Store


class StoreFacts:
    """The properties of a store that rules read."""

    def __init__(self, number: UUID, category: str, group: str, area: str, size: SizeClass) -> None:
        self.id, self.category, self.store_group, self.area, self.size_class = number, category, group, area, size


CODES = st.frozensets(st.sampled_from("abc"), max_size=3)
RULES = st.builds(
    Acceptance,
    stores=st.frozensets(st.sampled_from([UUID(int=1), UUID(int=2)])),
    groups=CODES,
    areas=CODES,
    categories=CODES,
    size_classes=st.frozensets(st.sampled_from(SizeClass)),
    excluded_categories=CODES,
)


STORES = st.tuples(
    st.sampled_from([UUID(int=1), UUID(int=2), UUID(int=3)]),
    *[st.sampled_from(["", *"abcd"])] * 3,
    st.sampled_from(SizeClass),
)


@given(old=RULES, new=RULES, facts=STORES)
def test_a_rule_that_does_not_cover_another_is_told_from_one_that_does(
    old: Acceptance, new: Acceptance, facts: tuple[Any, ...]
):
    assert covers(old, old)
    assert not covers(new, old) or new.accepts(StoreFacts(*facts)) or not old.accepts(StoreFacts(*facts))


@given(
    old=RULES,
    more=RULES,
    emptied=st.frozensets(st.sampled_from(["stores", "groups", "areas", "categories", "size_classes"])),
    facts=STORES,
)
def test_a_wider_rule_covers_and_accepts_all_stores_of_the_other(
    old: Acceptance, more: Acceptance, emptied: frozenset[str], facts: tuple[Any, ...]
):
    names = ("stores", "groups", "areas", "categories", "size_classes")
    wider = {
        name: frozenset() if name in emptied or not getattr(old, name) else getattr(old, name) | getattr(more, name)
        for name in names
    }
    new = Acceptance(**wider, excluded_categories=old.excluded_categories & more.excluded_categories)
    assert covers(new, old)
    assert new.accepts(StoreFacts(*facts)) or not old.accepts(StoreFacts(*facts))


def test_a_store_of_the_domain_has_what_a_rule_looks_at():
    assert {"id", "category", "store_group", "area", "size_class"} <= set(Store.__dataclass_fields__)
