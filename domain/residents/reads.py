"""Reads of people and wallets."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.conditions.eligibility import Claims
from domain.database import rows
from domain.ledger.holders import may
from domain.ledger.kinds import HolderState
from domain.ledger.refusals import UnknownWalletError
from domain.shared import Shared
from domain.together import Together
from domain.viewer import ROLE_OF, Relation, Role, Viewer


@dataclass(frozen=True, slots=True)
class Wallet:
    """A wallet. `id` is also its holder's id."""

    municipality: int
    id: UUID
    frozen: bool


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role of a person in a municipality, or at one of its stores if `store_id` is set."""

    role: Role
    municipality: int
    store_id: UUID | None


async def wallets_of(viewer: Viewer) -> list[Wallet]:
    """Return the wallets that the person may use, in all municipalities, oldest first."""
    wallet_rows = await rows(
        """select w.municipality_id, w.id, h.state from holder_access x
          join wallet w on w.municipality_id = x.municipality_id and w.id = x.holder_id
          join holder h on h.municipality_id = w.municipality_id and h.id = w.id
          where x.person_id = $1 and x.revoked_at is null and x.relation = any ($2::smallint[])
            order by w.municipality_id, w.created_at, w.id""",
        viewer.person_id,
        viewer.relations(Relation.OWNER, Relation.DELEGATE),
    )
    return [_wallet(row) for row in wallet_rows]


async def wallet_for(viewer: Viewer, municipality: int, wallet: UUID) -> Wallet | None:
    """Return a wallet if the viewer may see it, as one of its people or as staff of its municipality; else None."""
    return (await wallets_for(viewer, [(municipality, wallet)]))[0]


async def wallets_for(viewer: Viewer, keys: list[tuple[int, UUID]]) -> list[Wallet | None]:
    """Return the wallets that the viewer may see, in the order of their keys (municipality, id); None for others."""
    wallet_rows = await rows(
        """select w.municipality_id, w.id, h.state from unnest($1::smallint[], $2::uuid[]) k (m, i)
          join wallet w on w.municipality_id = k.m and w.id = k.i join holder h on h.municipality_id = w.municipality_id
            and h.id = w.id
          where exists (select from holder_access x where x.municipality_id = w.municipality_id and x.person_id = $3
            and x.revoked_at is null
            and ((x.holder_id = w.id and x.relation = any ($4::smallint[])) or x.relation = any ($5::smallint[])))""",
        [town for town, _ in keys],
        [wallet for _, wallet in keys],
        viewer.person_id,
        viewer.relations(Relation.OWNER, Relation.DELEGATE),
        viewer.relations(Relation.DESK, Relation.FINANCE, Relation.AUDITOR),
    )
    wallets = {(wallet.municipality, wallet.id): wallet for wallet in map(_wallet, wallet_rows)}
    return [wallets.get(key) for key in keys]


async def may_use(viewer: Viewer, municipality: int, wallet: UUID) -> bool:
    """Whether the viewer may pay from a wallet. Staff may see wallets but not pay from them."""
    return await may(municipality, wallet, viewer.person_id, viewer.relations(Relation.OWNER, Relation.DELEGATE))


async def require_own(viewer: Viewer, municipality: int, wallet: UUID) -> None:
    """Raise UnknownWalletError unless the viewer may pay from the wallet."""
    if not await may_use(viewer, municipality, wallet):
        raise UnknownWalletError


async def own_wallet(viewer: Viewer, municipality: int, wallet_id: UUID) -> Wallet:
    """Return a wallet that the viewer may pay from; raise UnknownWalletError for any other."""
    wallet = await wallet_for(viewer, municipality, wallet_id)
    if wallet is None or not await may_use(viewer, municipality, wallet_id):
        raise UnknownWalletError
    return wallet


async def by_id(municipality: int, wallet: UUID) -> Wallet | None:
    """Return a wallet of a municipality without a check of the viewer; None if there is no such wallet."""
    wallet_rows = await rows(
        """select w.municipality_id, w.id, h.state from wallet w
          join holder h on h.municipality_id = w.municipality_id and h.id = w.id
          where w.municipality_id = $1 and w.id = $2""",
        municipality,
        wallet,
    )
    return _wallet(wallet_rows[0]) if wallet_rows else None


async def exists(municipality: int, wallet: UUID) -> bool:
    """Whether a municipality has a wallet, without checking the viewer. For crediting a wallet, not for showing it."""
    return bool(await rows("select 1 from wallet where municipality_id = $1 and id = $2", municipality, wallet))


async def assignments_of(viewer: Viewer) -> list[Assignment]:
    """Return the roles of the person, with the municipality or store of each."""
    access_rows = await rows(
        """select distinct x.municipality_id, x.relation, s.id as store_id from holder_access x
          left join store s on s.municipality_id = x.municipality_id and s.id = x.holder_id
          where x.person_id = $1 and x.revoked_at is null and x.relation = any ($2::smallint[]) order by 1, 2, 3""",
        viewer.person_id,
        viewer.relations(*Relation),
    )
    assignments = [
        Assignment(ROLE_OF[Relation(row["relation"])], row["municipality_id"], row["store_id"]) for row in access_rows
    ]
    return list(dict.fromkeys(assignments))


async def person_of(municipality: int, wallet: UUID) -> tuple[UUID, Claims | None]:
    """Return the owner of a wallet, for caps per person, and their claims.

    A wallet without an owner counts as a person of its own: its id is returned.
    """
    return (await persons_of([(municipality, wallet)]))[0]


async def persons_of(keys: list[tuple[int, UUID]]) -> list[tuple[UUID, Claims | None]]:
    """Return `person_of` for many wallets, in the order of their keys (municipality, wallet)."""
    owner_rows = await rows(
        """select distinct on (x.municipality_id, x.holder_id) x.municipality_id, x.holder_id, x.person_id, c.resident,
          c.birth_year, c.household
          from unnest($1::smallint[], $2::uuid[]) w (m, h)
          join holder_access x on x.municipality_id = w.m and x.holder_id = w.h and x.relation = $3
            and x.revoked_at is null
          left join person_claim c on c.municipality_id = x.municipality_id and c.person_id = x.person_id
          order by x.municipality_id, x.holder_id, x.granted_at""",
        [municipality for municipality, _ in keys],
        [wallet for _, wallet in keys],
        Relation.OWNER,
    )
    people = {(row["municipality_id"], row["holder_id"]): (row["person_id"], _claims(row)) for row in owner_rows}
    return [people.get(key, (key[1], None)) for key in keys]


PERSONS = Shared(lambda: Together(persons_of))
"""`persons_of`, batched over concurrent requests."""


async def claims_of(municipality: int, person: UUID) -> Claims | None:
    """Return the claims of a person in a municipality; None if it has verified none."""
    claim_rows = await rows(
        "select resident, birth_year, household from person_claim where municipality_id = $1 and person_id = $2",
        municipality,
        person,
    )
    return _claims(claim_rows[0]) if claim_rows else None


async def names_of(people: list[UUID]) -> list[str | None]:
    """Return the names of people, in their order; None for a person without one."""
    name_rows = await rows("select person_id, name from person_name where person_id = any ($1::uuid[])", people)
    names = {row["person_id"]: row["name"] for row in name_rows}
    return [names.get(person) for person in people]


async def verified_at(municipality: int, person: UUID) -> datetime | None:
    """Return when a municipality last verified a person; None if it never did."""
    claim_rows = await rows(
        "select verified_at from person_claim where municipality_id = $1 and person_id = $2", municipality, person
    )
    return claim_rows[0]["verified_at"] if claim_rows else None


def _claims(row: dict[str, Any]) -> Claims | None:
    return None if row["resident"] is None else Claims(row["resident"], row["birth_year"], row["household"])


def _wallet(row: dict[str, object]) -> Wallet:
    return Wallet(int(str(row["municipality_id"])), UUID(str(row["id"])), row["state"] == HolderState.FROZEN)
