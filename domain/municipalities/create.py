"""Create a municipality's row, issuer and desk; `assets.new_municipality` adds the assets that all of them have."""

from dataclasses import dataclass
from datetime import datetime

from domain.database import rows
from domain.identifiers import Uuid7
from domain.ledger.holders import open_holder
from domain.ledger.kinds import HolderKind
from domain.municipalities import codes
from domain.municipalities.reads import Municipality
from domain.municipalities.thresholds import INITIAL, NewThresholds


@dataclass(eq=False)
class UnknownCodeError(ValueError):
    """The code is not on the national list."""

    code: str

    def __str__(self) -> str:
        """Return the error message, with an example of a valid code."""
        return f"{self.code} is not a municipality code of 6 digits, for example 012106 (岩見沢市)"


def national_name(code: str) -> str:
    """Return the name of a national code; raise UnknownCodeError for a code that is not on the list."""
    national = codes.lookup(code)
    if national is None:
        raise UnknownCodeError(code)
    return national.name


async def write_municipality(
    code: str, name: str, now: datetime, ids: Uuid7, thresholds: NewThresholds = INITIAL
) -> Municipality:
    """Create a municipality with the holders of its issuer and its desk. Call inside a transaction."""
    issuer_id, desk_id = ids.new(), ids.new()
    [row] = await rows(
        """insert into municipality (code, name, issuer_id, desk_id, created_at, grant_threshold, bulk_grant_threshold,
          budget_threshold) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id""",
        code,
        name,
        issuer_id,
        desk_id,
        now,
        thresholds.single,
        thresholds.file,
        INITIAL.budget if thresholds.budget is None else thresholds.budget,
    )
    municipality = Municipality(id=row["id"], code=code, name=name, issuer_id=issuer_id, desk_id=desk_id)
    await open_holder(municipality.id, issuer_id, HolderKind.ISSUER, now)
    await open_holder(municipality.id, desk_id, HolderKind.DESK, now)
    return municipality
