"""Acceptance: where and when value may be spent. Pure.

An empty rule accepts every store of the municipality. A store must meet every kind of condition that the rule has, by
any of the values of that kind.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from domain.conditions import hours as opening
from domain.conditions.hours import ALWAYS, Hours
from domain.ledger.kept_away import SpendingRule
from domain.stores.kinds import SizeClass


class StoreFacts(Protocol):
    """The properties of a store that rules read."""

    @property
    def id(self) -> UUID:
        """The store's id."""

    @property
    def category(self) -> str:
        """The municipality's category code."""

    @property
    def store_group(self) -> str:
        """The municipality's group code; empty if the store is in no group."""

    @property
    def size_class(self) -> SizeClass:
        """Small or large."""

    @property
    def area(self) -> str:
        """The municipality's area code; empty if the store is in no area."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The stores that accept some value, and the hours. An empty set is no condition."""

    stores: frozenset[UUID] = frozenset()
    groups: frozenset[str] = frozenset()
    size_classes: frozenset[SizeClass] = frozenset()
    areas: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    excluded_categories: frozenset[str] = frozenset()
    hours: Hours = ALWAYS

    @property
    def restricted(self) -> bool:
        """Whether a store may exist that does not accept the value at some time."""
        return self.hours.restricted or self.narrows_stores

    @property
    def narrows_stores(self) -> bool:
        """Whether a store may exist that never accepts the value."""
        return any((self.stores, self.groups, self.size_classes, self.areas, self.categories, self.excluded_categories))

    def accepts(self, store: StoreFacts) -> bool:
        """Whether the store accepts the value."""
        return (
            (not self.stores or store.id in self.stores)
            and (not self.groups or store.store_group in self.groups)
            and (not self.size_classes or store.size_class in self.size_classes)
            and (not self.areas or store.area in self.areas)
            and (not self.categories or store.category in self.categories)
            and store.category not in self.excluded_categories
        )

    def open_to(self, store: StoreFacts, at: datetime) -> bool:
        """Whether the store accepts the value at this instant."""
        return self.hours.open_at(at) and self.accepts(store)

    def obstacle(self, store: StoreFacts, at: datetime) -> SpendingRule | None:
        """Return the rule by which the store does not accept the value at this instant; None: it does."""
        if self.open_to(store, at):
            return None
        conditions = (
            (not self.stores or store.id in self.stores, SpendingRule.OTHER_STORE),
            (not self.groups or store.store_group in self.groups, SpendingRule.OTHER_STORE),
            (not self.categories or store.category in self.categories, SpendingRule.OTHER_CATEGORY),
            (store.category not in self.excluded_categories, SpendingRule.OTHER_CATEGORY),
            (not self.size_classes or store.size_class in self.size_classes, SpendingRule.OTHER_SIZE),
            (not self.areas or store.area in self.areas, SpendingRule.OTHER_AREA),
            (self.hours.day_open(at), SpendingRule.OTHER_DAY),
        )
        return next((rule for holds, rule in conditions if not holds), SpendingRule.OTHER_TIME)


EVERYWHERE = Acceptance()
_SETS = ("stores", "groups", "size_classes", "areas", "categories")


def covers(wide: Acceptance, narrow: Acceptance) -> bool:
    """Whether a rule accepts every present or future store that another one accepts. Hours are not compared."""
    for name in _SETS:
        wide_values, narrow_values = getattr(wide, name), getattr(narrow, name)
        if wide_values and not (narrow_values and narrow_values <= wide_values):
            return False
    return wide.excluded_categories <= narrow.excluded_categories


def both(first: Acceptance, second: Acceptance) -> Acceptance:
    """Return a rule that accepts at least what both rules accept, and is as narrow as their conditions can say."""
    sets = {name: _in_both(getattr(first, name), getattr(second, name)) for name in _SETS}
    return Acceptance(
        **sets,
        excluded_categories=first.excluded_categories | second.excluded_categories,
        hours=first.hours if first.hours.restricted else second.hours,
    )


def _in_both(first: frozenset[Any], second: frozenset[Any]) -> frozenset[Any]:
    """Intersect two conditions. If no value is in both, no store is accepted, which an empty set would not say."""
    return (first & second or first) if first and second else first or second


_CODES = ("groups", "areas", "categories", "excluded_categories")


def to_json(rule: Acceptance) -> dict[str, Any]:
    """Return the rule as stored, without empty conditions."""
    conditions: dict[str, Any] = {name: sorted(getattr(rule, name)) for name in _CODES}
    conditions |= {"stores": sorted(map(str, rule.stores)), "size_classes": sorted(map(int, rule.size_classes))}
    conditions["hours"] = opening.to_json(rule.hours)
    return {name: values for name, values in conditions.items() if values}


def from_json(stored: dict[str, Any]) -> Acceptance:
    """Read a stored rule."""
    return Acceptance(
        stores=frozenset(map(UUID, stored.get("stores", ()))),
        size_classes=frozenset(map(SizeClass, stored.get("size_classes", ()))),
        hours=opening.from_json(stored.get("hours", {})),
        **{name: frozenset(stored.get(name, ())) for name in _CODES},
    )
