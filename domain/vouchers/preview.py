"""Preview of a product before it is published: its cost, its legal basis, and the stores that would accept it."""

from dataclasses import dataclass

from domain.conditions.acceptance import Acceptance
from domain.ledger.holders import require_staff
from domain.programmes.reads import budgets_left
from domain.services import Services
from domain.stores import reads as stores
from domain.stores.reads import Store
from domain.viewer import Relation, Viewer
from domain.vouchers.create import check, funding_of
from domain.vouchers.product import Terms

STAFF = (Relation.FINANCE, Relation.AUDITOR)


@dataclass(frozen=True, slots=True)
class Preview:
    """A product that may not exist yet. `budget_available` in whole units; None where no budget is declared."""

    municipality: int
    terms: Terms
    budget_available: int | None


async def preview(
    services: Services, viewer: Viewer, municipality: int, terms: Terms, rate_bp: int | None = None
) -> Preview:
    """Preview terms without writing anything. InvalidInputError for the first field that is wrong."""
    await require_staff(municipality, viewer, *STAFF)
    check(terms, services.clock(), rate_bp)
    return await preview_of(municipality, terms)


async def preview_of(municipality: int, terms: Terms) -> Preview:
    """Preview terms that were checked before."""
    funding = await funding_of(municipality, terms)
    available = None if funding is None else (await budgets_left([(municipality, funding.id)]))[0]
    return Preview(municipality, terms, available)


async def accepting(keys: list[tuple[int, Acceptance]]) -> list[list[Store]]:
    """List the stores that each acceptance accepts, by kana, in the order of (municipality, acceptance).

    The stores of a municipality are read once for all its acceptances.
    """
    by_town = {town: await stores.of_municipality(town) for town in {town for town, _ in keys}}
    return [[store for store in by_town[town] if acceptance.accepts(store)] for town, acceptance in keys]
