"""What a town knows of a person by verified identity: recorded at the desk, in the commit of its audit row; erasable."""

from uuid import UUID

from tortoise.connection import get_connection

from domain.approvals.trail import record
from domain.database import transaction
from domain.identifiers import derived
from domain.ledger.holders import require_staff
from domain.ledger.kinds import Relation
from domain.ledger.refusals import UnknownWalletError
from domain.municipalities import reads as municipalities
from domain.programmes.reads import person_of
from domain.refusals import InvalidInputError
from domain.residents import reads
from domain.services import Services
from domain.viewer import Viewer

OLDEST = 130
HOUSEHOLD_LIMIT = 64


async def record_claim(
    services: Services, viewer: Viewer, municipality: int, wallet_id: UUID, *, resident: bool, birth_year: int | None, household: str | None = None
) -> None:  # fmt: skip
    """Records residence, year of birth and household of a wallet's person; what was recorded before is replaced.

    `household` is the town's own code for it; only an id that is derived from it is kept.
    """
    await require_staff(municipality, viewer, Relation.DESK)
    now = services.clock()
    if birth_year is not None and not now.year - OLDEST <= birth_year <= now.year:
        raise InvalidInputError("birth_year", "YEAR")
    if household is not None and not 0 < len(household.strip()) <= HOUSEHOLD_LIMIT:
        raise InvalidInputError("household", "LENGTH")
    if not await reads.exists(municipality, wallet_id):
        raise UnknownWalletError
    person, _ = await person_of(municipality, wallet_id)
    if person == wallet_id:
        raise UnknownWalletError
    async with transaction():
        await get_connection("default").execute_query(
            """insert into person_claim (municipality_id, person_id, resident, birth_year, verified_at, household) values ($1, $2, $3, $4, $5, $6)
              on conflict (municipality_id, person_id) do update set resident = $3, birth_year = $4, verified_at = $5, household = $6""",
            [municipality, person, resident, birth_year, now, None if household is None else await _household(municipality, household.strip())],
        )
        # That it was verified is the staff's deed; what was verified is the person's, and stays in its erasable row.
        await record(municipality, viewer.person_id, "record_claim", str(person), "", None, None, now)


async def _household(municipality: int, code: str) -> UUID:
    """The same people have the same id, in this town only."""
    town = await municipalities.by_id(municipality)
    if town is None:
        raise UnknownWalletError
    return derived(town.issuer_id, "household", code)
