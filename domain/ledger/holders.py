"""Holders: who owns accounts, in which state, and who may act on them."""

from datetime import datetime
from uuid import UUID

from tortoise.connection import get_connection

from domain.database import rows
from domain.ledger.kinds import HolderKind, HolderState
from domain.refusals import NotPermittedError
from domain.viewer import Relation, Viewer


async def open_holder(municipality: int, holder: UUID, kind: HolderKind, now: datetime) -> None:
    """A new holder without accounts."""
    await _execute(
        "insert into holder (municipality_id, id, kind, last_at) values ($1, $2, $3, $4)",
        municipality,
        holder,
        kind,
        now,
    )


async def ensure_holder(municipality: int, holder: UUID, kind: HolderKind, now: datetime) -> None:
    """The same for one that may be there already."""
    await _execute(
        "insert into holder (municipality_id, id, kind, last_at) values ($1, $2, $3, $4) on conflict do nothing",
        municipality,
        holder,
        kind,
        now,
    )


async def set_state(municipality: int, holder: UUID, state: HolderState) -> None:
    """Freezes or releases a wallet, closes or opens a shop: in force for the next payment that the ledger locks."""
    await _execute("update holder set state = $3 where municipality_id = $1 and id = $2", municipality, holder, state)


async def give_access(municipality: int, holder: UUID, person: UUID, relation: Relation, now: datetime) -> None:
    """Lets a person act on a holder; doing so twice changes nothing."""
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


async def withdraw_access(municipality: int, holder: UUID, person: UUID, relation: Relation, now: datetime) -> None:
    """Ends a person's right to act on a holder."""
    await _execute(
        "update holder_access set revoked_at = $5 where municipality_id = $1 and holder_id = $2 and person_id = $3 and"
        " relation = $4",
        municipality,
        holder,
        person,
        relation,
        now,
    )


async def may(municipality: int, holder: UUID, person: UUID, relations: list[Relation]) -> bool:
    """Whether a person stands in one of the relations to the holder now."""
    found = await rows(
        """select 1 from holder_access where municipality_id = $1 and holder_id = $2 and person_id = $3
          and revoked_at is null
          and relation = any ($4::smallint[])""",
        municipality,
        holder,
        person,
        relations,
    )
    return bool(found)


async def serves(municipality: int, person: UUID, relations: list[Relation]) -> bool:
    """Whether a person stands in one of the relations to any holder of the town: its staff."""
    found = await rows(
        "select 1 from holder_access where municipality_id = $1 and person_id = $2 and revoked_at is null "
        "and relation = any ($3::smallint[]) limit 1",
        municipality,
        person,
        relations,
    )
    return bool(found)


async def serving(person: UUID, relations: list[Relation], towns: list[int]) -> list[bool]:
    """The same for many towns, in their order."""
    found = await rows(
        "select distinct municipality_id from holder_access where municipality_id = any ($1::smallint[]) and person_id"
        " = $2 and revoked_at is null and relation = any ($3::smallint[])",
        towns,
        person,
        relations,
    )
    served = {row["municipality_id"] for row in found}
    return [town in served for town in towns]


async def relations_of(person: UUID, keys: list[tuple[int, UUID]]) -> list[frozenset[Relation]]:
    """In which relations a person stands to holders now, in the order of (municipality, id)."""
    found = await rows(
        """select x.municipality_id, x.holder_id, x.relation from unnest($1::smallint[], $2::uuid[]) k (m, i)
          join holder_access x on x.municipality_id = k.m and x.holder_id = k.i and x.person_id = $3
            and x.revoked_at is null""",
        [town for town, _ in keys],
        [holder for _, holder in keys],
        person,
    )
    known: dict[tuple[int, UUID], set[Relation]] = {}
    for row in found:
        known.setdefault((row["municipality_id"], row["holder_id"]), set()).add(Relation(row["relation"]))
    return [frozenset(known.get(key, ())) for key in keys]


async def require_staff(municipality: int, viewer: Viewer, *among: Relation) -> None:
    """Raises NotPermittedError unless the viewer serves the town in one of the relations."""
    relations = viewer.relations(*among)
    if not relations or not await serves(municipality, viewer.person_id, relations):
        raise NotPermittedError


async def municipalities_of(person: UUID) -> list[int]:
    """The towns in which a person has or had anything to do, by short number: where a key of theirs can be."""
    found = await rows("select distinct municipality_id from holder_access where person_id = $1 order by 1", person)
    return [row["municipality_id"] for row in found]


async def _execute(query: str, *values: object) -> None:
    await get_connection("default").execute_query(query, list(values))
