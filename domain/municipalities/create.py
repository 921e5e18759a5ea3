"""A new town: its row, its issuer and its desk; `assets.new_municipality` adds the assets that every town has."""

from dataclasses import dataclass
from datetime import datetime

from domain.database import rows
from domain.identifiers import Uuid7
from domain.ledger.holders import open_holder
from domain.ledger.kinds import HolderKind
from domain.municipalities import codes
from domain.municipalities.reads import Municipality


@dataclass(eq=False)
class UnknownCodeError(ValueError):
    """Not a code of the national list, or one with a wrong check digit."""

    code: str

    def __str__(self) -> str:
        """What to do about it."""
        return f"{self.code} is not a municipality code of 6 digits, for example 012106 (岩見沢市)"


def national_name(code: str) -> str:
    """The name of a national code; UnknownCodeError for a code that is none."""
    national = codes.lookup(code)
    if national is None:
        raise UnknownCodeError(code)
    return national.name


async def write_municipality(code: str, name: str, now: datetime, ids: Uuid7) -> Municipality:
    """The row of a town with the holders of its issuer and its desk. Call inside a transaction."""
    issuer_id, desk_id = ids.new(), ids.new()
    [row] = await rows(
        "insert into municipality (code, name, issuer_id, desk_id, created_at) values ($1, $2, $3, $4, $5)"
        " returning id",
        code,
        name,
        issuer_id,
        desk_id,
        now,
    )
    municipality = Municipality(row["id"], code, name, issuer_id, desk_id)
    await open_holder(municipality.id, issuer_id, HolderKind.ISSUER, now)
    await open_holder(municipality.id, desk_id, HolderKind.DESK, now)
    return municipality
