"""What a product would cost its town, what the law says of it, and which shops would take it.

Before anything is published.
"""

from dataclasses import dataclass

from domain.conditions.acceptance import Acceptance
from domain.ledger.holders import require_staff
from domain.programmes.reads import budgets_left
from domain.services import Services
from domain.stores import reads as merchants
from domain.stores.reads import Store
from domain.viewer import Relation, Viewer
from domain.vouchers.create import check, funding_of
from domain.vouchers.product import Terms

STORES_LIMIT = 20_000
"""Shops of a town that are looked at."""
STAFF = (Relation.FINANCE, Relation.AUDITOR)


@dataclass(frozen=True, slots=True)
class Preview:
    """A product that may not be there yet. Whole units; `budget_available` None where no budget is declared."""

    municipality: int
    terms: Terms
    budget_available: int | None


async def preview(
    services: Services, viewer: Viewer, municipality: int, terms: Terms, rate_bp: int | None = None
) -> Preview:
    """The preview of terms, or what is wrong with them; nothing is written."""
    await require_staff(municipality, viewer, *STAFF)
    check(terms, services.clock(), rate_bp)
    return await preview_of(municipality, terms)


async def preview_of(municipality: int, terms: Terms) -> Preview:
    """The preview of terms that were checked."""
    funding = await funding_of(municipality, terms)
    available = None if funding is None else (await budgets_left([(municipality, funding.id)]))[0]
    return Preview(municipality, terms, available)


async def accepting(keys: list[tuple[int, Acceptance]]) -> list[list[Store]]:
    """The shops of a town that a rule accepts, in the order of their kana.

    A town's shops are read once, whatever is asked of them.
    """
    towns = {town: await merchants.of_municipality(town, STORES_LIMIT) for town in {town for town, _ in keys}}
    return [[store for store in towns[town] if rule.accepts(store)] for town, rule in keys]
