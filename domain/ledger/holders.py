"""Holders: owners of accounts, their state, and the people who may act on them."""

from datetime import datetime
from uuid import UUID

from tortoise.connection import get_connection

from domain.database import rows
from domain.ledger.kinds import HolderKind, HolderState
from domain.refusals import NotPermittedError
from domain.viewer import Relation, Viewer


async def open_holder(municipality: int, holder: UUID, kind: HolderKind, now: datetime) -> None:
    """Insert a new holder without accounts."""
    await _execute(
        "insert into holder (municipality_id, id, kind, last_at) values ($1, $2, $3, $4)",
        municipality,
        holder,
        kind,
        now,
    )


async def ensure_holder(municipality: int, holder: UUID, kind: HolderKind, now: datetime) -> None:
    """Insert a holder without accounts, unless it exists."""
    await _execute(
        "insert into holder (municipality_id, id, kind, last_at) values ($1, $2, $3, $4) on conflict do nothing",
        municipality,
        holder,
        kind,
        now,
    )


async def set_state(municipality: int, holder: UUID, state: HolderState) -> None:
    """Freeze or release a wallet, close or open a store. In force for the next payment that the ledger locks."""
    await _execute("update holder set state = $3 where municipality_id = $1 and id = $2", municipality, holder, state)


async def lock_holder(municipality: int, holder: UUID) -> None:
    """Wait for other changes of a holder, and keep them out until the end of the transaction."""
    await _execute("select from holder where municipality_id = $1 and id = $2 for no key update", municipality, holder)


async def give_access(municipality: int, holder: UUID, person: UUID, relation: Relation, now: datetime) -> None:
    """Let a person act on a holder. Repeating it changes nothing."""
    await _execute(
        """insert into holder_access (municipality_id, holder_id, person_id, relation, granted_at)
          values ($1, $2, $3, $4, $5)
          on conflict (municipality_id, holder_id, person_id, relation) do update set revoked_at = null""",
        municipality,
        holder,
        person,
        relation,
        now,
    )


async def withdraw_access(municipality: int, holder: UUID, person: UUID, relation: Relation, now: datetime) -> bool:
    """End a person's right to act on a holder, and return whether they had it."""
    withdrawn = await rows(
        "update holder_access set revoked_at = $5 where municipality_id = $1 and holder_id = $2 and person_id = $3 and"
        " relation = $4 and revoked_at is null returning person_id",
        municipality,
        holder,
        person,
        relation,
        now,
    )
    return bool(withdrawn)


async def people_of(municipality: int, holder: UUID, relation: Relation) -> list[UUID]:
    """Return the people who stand in a relation to a holder now."""
    records = await rows(
        "select person_id from holder_access where municipality_id = $1 and holder_id = $2 and relation = $3"
        " and revoked_at is null order by granted_at, person_id",
        municipality,
        holder,
        relation,
    )
    return [row["person_id"] for row in records]


async def was_given(municipality: int, holder: UUID, person: UUID, relation: Relation) -> bool:
    """Whether a person stands in a relation to a holder now, or once did."""
    records = await rows(
        "select 1 from holder_access where municipality_id = $1 and holder_id = $2 and person_id = $3"
        " and relation = $4",
        municipality,
        holder,
        person,
        relation,
    )
    return bool(records)


async def may(municipality: int, holder: UUID, person: UUID, relations: list[Relation]) -> bool:
    """Return whether a person stands in one of the relations to the holder now."""
    records = await rows(
        """select 1 from holder_access where municipality_id = $1 and holder_id = $2 and person_id = $3
          and revoked_at is null
          and relation = any ($4::smallint[])""",
        municipality,
        holder,
        person,
        relations,
    )
    return bool(records)


async def serves(municipality: int, person: UUID, relations: list[Relation]) -> bool:
    """Return whether a person stands in one of the relations to any holder of the municipality, as its staff do."""
    records = await rows(
        "select 1 from holder_access where municipality_id = $1 and person_id = $2 and revoked_at is null "
        "and relation = any ($3::smallint[]) limit 1",
        municipality,
        person,
        relations,
    )
    return bool(records)


async def serving(person: UUID, relations: list[Relation], towns: list[int]) -> list[bool]:
    """Return the answers of `serves` for many municipalities, in their order."""
    records = await rows(
        "select distinct municipality_id from holder_access where municipality_id = any ($1::smallint[]) and person_id"
        " = $2 and revoked_at is null and relation = any ($3::smallint[])",
        towns,
        person,
        relations,
    )
    served = {row["municipality_id"] for row in records}
    return [town in served for town in towns]


async def relations_of(person: UUID, keys: list[tuple[int, UUID]]) -> list[frozenset[Relation]]:
    """Return the relations in which a person stands to holders now, in the order of the keys (municipality, id)."""
    records = await rows(
        """select x.municipality_id, x.holder_id, x.relation from unnest($1::smallint[], $2::uuid[]) k (m, i)
          join holder_access x on x.municipality_id = k.m and x.holder_id = k.i and x.person_id = $3
            and x.revoked_at is null""",
        [town for town, _ in keys],
        [holder for _, holder in keys],
        person,
    )
    known: dict[tuple[int, UUID], set[Relation]] = {}
    for row in records:
        known.setdefault((row["municipality_id"], row["holder_id"]), set()).add(Relation(row["relation"]))
    return [frozenset(known.get(key, ())) for key in keys]


async def require_staff(municipality: int, viewer: Viewer, *among: Relation) -> None:
    """Raise NotPermittedError unless the viewer serves the municipality in one of the relations."""
    relations = viewer.relations(*among)
    if not relations or not await serves(municipality, viewer.person_id, relations):
        raise NotPermittedError


async def municipalities_of(person: UUID) -> list[int]:
    """Return the short numbers of the municipalities in which a person has or had access to a holder.

    A key of the person can exist in these only.
    """
    records = await rows("select distinct municipality_id from holder_access where person_id = $1 order by 1", person)
    return [row["municipality_id"] for row in records]


async def _execute(query: str, *values: object) -> None:
    await get_connection("default").execute_query(query, list(values))
