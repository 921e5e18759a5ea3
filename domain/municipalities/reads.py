"""Towns, as others see them."""

from dataclasses import dataclass
from uuid import UUID

from domain.database import rows
from domain.municipalities.codes import LENGTH
from domain.municipalities.tables import Municipality as Row


@dataclass(frozen=True, slots=True)
class Municipality:
    """A town.

    `id` is its short number; `code` the national code of 6 digits. `charge_cancel_minutes`: see payments.cancel_charge.
    """

    id: int
    code: str
    name: str
    issuer_id: UUID
    desk_id: UUID
    charge_cancel_minutes: int = 30


async def by_ids(ids: list[int]) -> list[Municipality | None]:
    """Towns in the order of their short numbers; None where there is none."""
    found = {row.id: _of(row) for row in await Row.filter(id__in=ids)}
    return [found.get(number) for number in ids]


async def by_id(number: int) -> Municipality | None:
    """One town."""
    return (await by_ids([number]))[0]


async def by_code(unchecked: str) -> Municipality | None:
    """One town by its national code; None for a text that is none."""
    if len(unchecked) != LENGTH or not (unchecked.isascii() and unchecked.isdigit()):
        return None
    row = await Row.get_or_none(code=unchecked)
    return None if row is None else _of(row)


async def every() -> list[Municipality]:
    """All towns, by short number."""
    return [_of(row) for row in await Row.all().order_by("id")]


async def household_salt(municipality: int) -> UUID:
    """The town's own salt for the hashes of its households' numbers."""
    [row] = await rows("select household_salt from municipality where id = $1", municipality)
    salt: UUID = row["household_salt"]
    return salt


def _of(row: Row) -> Municipality:
    return Municipality(row.id, row.code, row.name, row.issuer_id, row.desk_id, row.charge_cancel_minutes)
