"""Funding sources and authorisations, as others see them."""

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
    """A card or account that a person has linked to a wallet for one kind of coin. The token is the provider's."""

    municipality: int
    id: UUID
    wallet_id: UUID
    person_id: UUID
    asset: int
    token: str = field(repr=False)
    label: str


@dataclass(frozen=True, slots=True)
class Authorisation:
    """What a provider was asked to set aside for one key of a client. Whole yen.

    `id` is the reference at the provider. `source_id` names the linked source, where the money comes from one.
    `input_hash` is None only for top-ups that were begun before it was kept.
    """

    id: UUID
    key: RequestKey
    input_hash: bytes | None
    source_id: UUID | None
    amount: int
    state: AuthorisationState

    @property
    def municipality(self) -> int:
        """The town's short number."""
        return self.key.municipality

    def is_for(self, input_hash: bytes) -> bool:
        """Whether it was opened for a request of these words: with other words the key is another request's."""
        return self.input_hash in (None, input_hash)

    @property
    def is_open(self) -> bool:
        """Whether the provider may still hold the money."""
        return self.state in OPEN


_SOURCE = "select municipality_id, id, wallet_id, person_id, asset_id, token, label from funding_source "
AUTHORISATION = "municipality_id, id, actor, operation, key, input_hash, source_id, amount, state"
"""The columns that `authorisation_from` reads."""
_IS_OPEN = f"state in ({', '.join(str(state.value) for state in OPEN)})"
"""Written out, as the index of open rows has it."""


async def source_by_id(municipality: int, source: UUID) -> Source | None:
    """A source that is linked now."""
    found = await rows(_SOURCE + "where municipality_id = $1 and id = $2 and removed_at is null", municipality, source)
    return Source(*found[0].values()) if found else None


async def source_ever_linked(municipality: int, source: UUID) -> Source | None:
    """A source, also one that was removed since: then without its token and label."""
    found = await rows(_SOURCE + "where municipality_id = $1 and id = $2", municipality, source)
    return Source(*found[0].values()) if found else None


async def sources_by_keys(keys: list[tuple[int, UUID]]) -> list[Source | None]:
    """Sources that are linked now, in the order of (municipality, id); None where there is none."""
    found = await rows(
        _SOURCE
        + "where removed_at is null and (municipality_id, id) in (select * from unnest($1::smallint[], $2::uuid[]))",
        [town for town, _ in keys],
        [source for _, source in keys],
    )
    known = {(row["municipality_id"], row["id"]): Source(*row.values()) for row in found}
    return [known.get(key) for key in keys]


async def sources_of(municipality: int, wallet: UUID, person: UUID) -> list[Source]:
    """What a person has linked to a wallet, oldest first."""
    found = await rows(
        _SOURCE + "where municipality_id = $1 and wallet_id = $2 and person_id = $3 and removed_at is null order by"
        " linked_at, id",
        municipality,
        wallet,
        person,
    )
    return [Source(*row.values()) for row in found]


async def authorisation_of(key: RequestKey) -> Authorisation | None:
    """The authorisation of a client's key."""
    found = await rows(
        f"""select {AUTHORISATION} from provider_authorisation
          where municipality_id = $1 and actor = $2 and operation = $3 and key = $4""",
        key.municipality,
        key.actor,
        key.operation,
        key.key,
    )
    return authorisation_from(found[0]) if found else None


async def open_authorisations(operations: Sequence[Operation], before: datetime, limit: int) -> list[Authorisation]:
    """Authorisations of these operations that were opened by an instant and are open, in all towns, in no order."""
    found = await rows(
        f"""select {AUTHORISATION} from provider_authorisation
          where {_IS_OPEN} and operation = any ($1::smallint[]) and opened_at <= $2 order by random() limit $3""",
        list(operations),
        before,
        limit,
    )
    return [authorisation_from(row) for row in found]


def authorisation_from(row: dict[str, Any]) -> Authorisation:
    """An authorisation from the columns `AUTHORISATION`."""
    return Authorisation(
        id=row["id"],
        key=RequestKey(row["municipality_id"], row["actor"], operation_of(row["operation"]), row["key"]),
        input_hash=row["input_hash"],
        source_id=row["source_id"],
        amount=row["amount"],
        state=AuthorisationState(row["state"]),
    )
