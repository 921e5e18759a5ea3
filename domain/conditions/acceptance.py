"""Where value may be spent. Pure: a rule and a shop in, yes or no out.

An empty rule accepts every shop of the town. Of several kinds of condition all must hold, of several values of one kind
any.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from domain.conditions import hours as opening
from domain.conditions.hours import ALWAYS, Hours
from domain.stores.kinds import SizeClass


class StoreFacts(Protocol):
    """What a rule looks at."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def category(self) -> str:
        """The town's category code."""

    @property
    def store_group(self) -> str:
        """The town's group code; empty: none."""

    @property
    def size_class(self) -> SizeClass:
        """Small or large."""

    @property
    def area(self) -> str:
        """The town's area code; empty: none."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Shops that take some value. Empty sets ask for nothing."""

    stores: frozenset[UUID] = frozenset()
    groups: frozenset[str] = frozenset()
    size_classes: frozenset[SizeClass] = frozenset()
    areas: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    excluded_categories: frozenset[str] = frozenset()
    hours: Hours = ALWAYS

    @property
    def restricted(self) -> bool:
        """Whether some shop might not take it, or not at every time."""
        return self.hours.restricted or self.narrows_stores

    @property
    def narrows_stores(self) -> bool:
        """Whether some shop might never take it."""
        return any((self.stores, self.groups, self.size_classes, self.areas, self.categories, self.excluded_categories))

    def accepts(self, shop: StoreFacts) -> bool:
        """Whether the shop takes it."""
        return (
            (not self.stores or shop.id in self.stores)
            and (not self.groups or shop.store_group in self.groups)
            and (not self.size_classes or shop.size_class in self.size_classes)
            and (not self.areas or shop.area in self.areas)
            and (not self.categories or shop.category in self.categories)
            and shop.category not in self.excluded_categories
        )

    def open_to(self, shop: StoreFacts, at: datetime) -> bool:
        """Whether the shop takes it at this instant."""
        return self.hours.open_at(at) and self.accepts(shop)


EVERYWHERE = Acceptance()
_CODES = ("groups", "areas", "categories", "excluded_categories")


def to_json(rule: Acceptance) -> dict[str, Any]:
    """The rule as it is stored; what asks for nothing is left out."""
    found: dict[str, Any] = {name: sorted(getattr(rule, name)) for name in _CODES}
    found |= {"stores": sorted(map(str, rule.stores)), "size_classes": sorted(map(int, rule.size_classes))}
    found["hours"] = opening.to_json(rule.hours)
    return {name: values for name, values in found.items() if values}


def from_json(stored: dict[str, Any]) -> Acceptance:
    """The rule that was stored."""
    return Acceptance(
        stores=frozenset(map(UUID, stored.get("stores", ()))),
        size_classes=frozenset(map(SizeClass, stored.get("size_classes", ()))),
        hours=opening.from_json(stored.get("hours", {})),
        **{name: frozenset(stored.get(name, ())) for name in _CODES},
    )
