"""What a product would cost its town, what the law says of it, and which shops would take it; before anything is published."""

from dataclasses import dataclass
from uuid import UUID

from domain.assets.acceptance import Acceptance
from domain.ledger.holders import require_staff
from domain.ledger.kinds import Relation
from domain.merchants import reads as merchants
from domain.merchants.reads import Store
from domain.programmes.reads import budgets_left
from domain.services import Services
from domain.viewer import Viewer
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


@dataclass(frozen=True, slots=True)
class StorePage:
    """Shops that take something, in the order of their kana."""

    total: int
    stores: list[Store]
    has_next_page: bool


async def preview(services: Services, viewer: Viewer, municipality: int, terms: Terms, rate_bp: int | None = None) -> Preview:
    """The preview of terms, or what is wrong with them; nothing is written."""
    await require_staff(municipality, viewer, *STAFF)
    check(terms, services.clock(), rate_bp)
    return await preview_of(municipality, terms)


async def preview_of(municipality: int, terms: Terms) -> Preview:
    """The preview of terms that were checked."""
    funding = await funding_of(municipality, terms)
    available = None if funding is None else (await budgets_left([(municipality, funding.id)]))[0]
    return Preview(municipality, terms, available)


async def eligible_stores(municipality: int, rule: Acceptance, first: int, after: UUID | None) -> StorePage:
    """A page of the shops that a rule accepts, and how many there are."""
    found = [store for store in await merchants.of_municipality(municipality, STORES_LIMIT) if rule.accepts(store)]
    start = next((index + 1 for index, store in enumerate(found) if store.id == after), 0)
    return StorePage(len(found), found[start : start + first], len(found) > start + first)
