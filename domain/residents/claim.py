"""Record the claims of a person, as verified at the desk. The audit entry is written in the same commit.

Claims are personal data, stored in a row of their own that can be erased.
"""

import hashlib
import unicodedata
from uuid import UUID

from tortoise.connection import get_connection

from domain.approvals.trail import record
from domain.database import transaction
from domain.ledger.holders import require_staff
from domain.ledger.refusals import UnknownWalletError
from domain.municipalities.reads import household_salt
from domain.refusals import InvalidInputError
from domain.residents import reads
from domain.residents.reads import person_of
from domain.services import Services
from domain.viewer import Relation, Viewer

OLDEST = 130
HOUSEHOLD_LIMIT = 64


def household_number(unchecked: str) -> str:
    """Normalize a household's number: NFKC, upper case, without surrounding spaces."""
    return unicodedata.normalize("NFKC", unchecked).strip().upper()


async def _hashed(municipality: int, number: str) -> UUID:
    """Hash a household's number with the municipality's salt, so that hashes of two municipalities never match."""
    salt = await household_salt(municipality)
    return UUID(bytes=hashlib.sha256(salt.bytes + number.encode()).digest()[:16])


async def record_claim(
    services: Services,
    viewer: Viewer,
    municipality: int,
    wallet_id: UUID,
    *,
    resident: bool,
    birth_year: int | None,
    household: str | None = None,
) -> None:
    """Record residence and year of birth of a wallet's person, replacing earlier claims.

    household: the municipality's number of the household, of which only a hash is kept. None keeps the recorded one,
    an empty text removes it.
    """
    await require_staff(municipality, viewer, Relation.DESK)
    now = services.clock()
    if birth_year is not None and not now.year - OLDEST <= birth_year <= now.year:
        raise InvalidInputError("birth_year", "YEAR")
    number = None if household is None else household_number(household)
    if number is not None and len(number) > HOUSEHOLD_LIMIT:
        raise InvalidInputError("household_code", "LENGTH")
    if not await reads.exists(municipality, wallet_id):
        raise UnknownWalletError
    person, _ = await person_of(municipality, wallet_id)
    if person == wallet_id:
        raise UnknownWalletError
    async with transaction():
        before = await reads.verified_at(municipality, person)
        await get_connection("default").execute_query(
            """insert into person_claim (municipality_id, person_id, resident, birth_year, verified_at, household)
              values ($1, $2, $3, $4, $5, $6)
              on conflict (municipality_id, person_id) do update set resident = $3, birth_year = $4, verified_at = $5,
                household = case when $7 then person_claim.household else $6 end""",
            [
                municipality,
                person,
                resident,
                birth_year,
                now,
                await _hashed(municipality, number) if number else None,
                number is None,
            ],
        )
        # The trail records when the person was verified. The claims stay in their own row, which can be erased.
        old = None if before is None else {"verified_at": before.isoformat()}
        await record(municipality, viewer, "record_claim", person, "", old, {"verified_at": now.isoformat()}, now)
