"""Reads of municipalities."""

from dataclasses import dataclass
from uuid import UUID

from domain.database import rows
from domain.municipalities.codes import LENGTH
from domain.municipalities.tables import Municipality as Row


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality.

    id: its short number. code: the national code of 6 digits.
    charge_cancel_minutes: for how long a counter may cancel its own charges.
    """

    id: int
    code: str
    name: str
    issuer_id: UUID
    desk_id: UUID
    charge_cancel_minutes: int = 30


async def by_ids(ids: list[int]) -> list[Municipality | None]:
    """Return municipalities in the order of their ids; None for an unknown id."""
    municipalities = {row.id: _of(row) for row in await Row.filter(id__in=ids)}
    return [municipalities.get(number) for number in ids]


async def by_id(number: int) -> Municipality | None:
    """Return a municipality; None if there is no such municipality."""
    return (await by_ids([number]))[0]


async def by_code(unchecked: str) -> Municipality | None:
    """Return the municipality of a national code; None for any other text."""
    if len(unchecked) != LENGTH or not (unchecked.isascii() and unchecked.isdigit()):
        return None
    row = await Row.get_or_none(code=unchecked)
    return None if row is None else _of(row)


async def every() -> list[Municipality]:
    """Return all municipalities, ordered by id."""
    return [_of(row) for row in await Row.all().order_by("id")]


async def household_salt(municipality: int) -> UUID:
    """Return the municipality's salt for the hashes of its households' numbers."""
    [row] = await rows("select household_salt from municipality where id = $1", municipality)
    salt: UUID = row["household_salt"]
    return salt


def _of(row: Row) -> Municipality:
    return Municipality(
        id=row.id,
        code=row.code,
        name=row.name,
        issuer_id=row.issuer_id,
        desk_id=row.desk_id,
        charge_cancel_minutes=row.charge_cancel_minutes,
    )
