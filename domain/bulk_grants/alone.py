"""Whether a file needs a second officer: by its size, and by what was granted on the same day."""

from collections.abc import Iterable
from uuid import UUID

from domain.bulk_grants import reads
from domain.bulk_grants.csv_file import Row
from domain.grants import sums
from domain.services import Services


def gifts_of(file_rows: Iterable[Row]) -> dict[UUID, int]:
    """Return the amounts of the rows that can be granted, by wallet. Whole units."""
    return {
        row.wallet: row.amount
        for row in file_rows
        if row.problem is None and row.wallet is not None and row.amount is not None
    }


async def needs_approval(services: Services, municipality: int, officer: UUID, gifts: dict[UUID, int]) -> bool:
    """Whether another officer must approve these grants, with everything that counts on this day.

    It is decided for the whole file, so that no file stops in the middle; the ledger counts each row again.
    """
    limits = await sums.alone(services, municipality, officer)
    promised = await reads.promised(municipality, officer)
    return not await limits.covers(gifts, promised)
