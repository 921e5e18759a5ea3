"""Reads of funding sources and authorisations."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.database import rows
from domain.funding.kinds import OPEN, AuthorisationState
from domain.ledger.kinds import Operation, operation_of
from domain.ledger.request import RequestKey


@dataclass(frozen=True, slots=True)
class Source:
    """A card or account that a person has linked to a wallet for one coin. `token`: of the provider."""

    municipality: int
    id: UUID
    wallet_id: UUID
    person_id: UUID
    asset: int
    token: str = field(repr=False)
    label: str


@dataclass(frozen=True, slots=True)
class Authorisation:
    """An amount that a provider is to set aside for one key of a client. Whole yen.

    id: the reference at the provider. source_id: the linked source, where the money comes from one. input_hash: None
    only for top-ups from before it was stored.
    """

    id: UUID
    key: RequestKey
    input_hash: bytes | None
    source_id: UUID | None
    amount: int
    state: AuthorisationState

    @property
    def municipality(self) -> int:
        """The municipality's short number."""
        return self.key.municipality

    def is_for(self, input_hash: bytes) -> bool:
        """Return whether it was opened for a request with this hash. If not, the key belongs to another request."""
        return self.input_hash in (None, input_hash)

    @property
    def is_open(self) -> bool:
        """Whether the provider may still hold the money."""
        return self.state in OPEN


_SOURCE = "select municipality_id, id, wallet_id, person_id, asset_id, token, label from funding_source "
AUTHORISATION = "municipality_id, id, actor, operation, key, input_hash, source_id, amount, state"
"""The columns that `authorisation_from` reads."""
_IS_OPEN = f"state in ({', '.join(str(state.value) for state in OPEN)})"
"""With literals, as in the index of open rows, so that the index is used."""


async def source_by_id(municipality: int, source: UUID) -> Source | None:
    """Return a source that is linked now; None for an unknown or removed one."""
    query = _SOURCE + "where municipality_id = $1 and id = $2 and removed_at is null"
    records = await rows(query, municipality, source)
    return _source(records[0]) if records else None


async def source_ever_linked(municipality: int, source: UUID) -> Source | None:
    """Return a source, also one that was removed since: then without its token and label."""
    records = await rows(_SOURCE + "where municipality_id = $1 and id = $2", municipality, source)
    return _source(records[0]) if records else None


async def sources_by_keys(keys: list[tuple[int, UUID]]) -> list[Source | None]:
    """Return sources that are linked now, in the order of the keys (municipality, id); None for an unknown one."""
    records = await rows(
        _SOURCE
        + "where removed_at is null and (municipality_id, id) in (select * from unnest($1::smallint[], $2::uuid[]))",
        [town for town, _ in keys],
        [source for _, source in keys],
    )
    sources = {(row["municipality_id"], row["id"]): _source(row) for row in records}
    return [sources.get(key) for key in keys]


async def sources_of(municipality: int, wallet: UUID, person: UUID) -> list[Source]:
    """Return the sources that a person has linked to a wallet, oldest first."""
    records = await rows(
        _SOURCE + "where municipality_id = $1 and wallet_id = $2 and person_id = $3 and removed_at is null order by"
        " linked_at, id",
        municipality,
        wallet,
        person,
    )
    return [_source(row) for row in records]


async def authorisation_of(key: RequestKey) -> Authorisation | None:
    """Return the authorisation of a client's key; None where there is none."""
    records = await rows(
        f"""select {AUTHORISATION} from provider_authorisation
          where municipality_id = $1 and actor = $2 and operation = $3 and key = $4""",
        key.municipality,
        key.actor,
        key.operation,
        key.key,
    )
    return authorisation_from(records[0]) if records else None


async def open_authorisations(operations: Sequence[Operation], before: datetime, limit: int) -> list[Authorisation]:
    """Return open authorisations of these operations, opened before an instant, in all municipalities.

    At most `limit`, in random order: rows that cannot be finished do not keep others from their turn.
    """
    records = await rows(
        f"""select {AUTHORISATION} from provider_authorisation
          where {_IS_OPEN} and operation = any ($1::smallint[]) and opened_at <= $2 order by random() limit $3""",
        list(operations),
        before,
        limit,
    )
    return [authorisation_from(row) for row in records]


def authorisation_from(row: dict[str, Any]) -> Authorisation:
    """Build an authorisation from a row with the columns `AUTHORISATION`."""
    return Authorisation(
        id=row["id"],
        key=RequestKey(row["municipality_id"], row["actor"], operation_of(row["operation"]), row["key"]),
        input_hash=row["input_hash"],
        source_id=row["source_id"],
        amount=row["amount"],
        state=AuthorisationState(row["state"]),
    )


def _source(row: dict[str, Any]) -> Source:
    return Source(
        municipality=row["municipality_id"],
        id=row["id"],
        wallet_id=row["wallet_id"],
        person_id=row["person_id"],
        asset=row["asset_id"],
        token=row["token"],
        label=row["label"],
    )
