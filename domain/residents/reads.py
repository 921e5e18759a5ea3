"""People and wallets, as others see them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.conditions.eligibility import Claims
from domain.database import rows
from domain.ledger.holders import may
from domain.ledger.kinds import HolderState
from domain.ledger.refusals import UnknownWalletError
from domain.residents.tables import Person
from domain.shared import Shared
from domain.together import Together
from domain.viewer import ROLE_OF, Relation, Role, Viewer


@dataclass(frozen=True, slots=True)
class Wallet:
    """A wallet. `id` is its holder's."""

    municipality: int
    id: UUID
    frozen: bool


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role of a person in a town, at a shop where it is one of a shop."""

    role: Role
    municipality: int
    store_id: UUID | None


async def session_version(person: UUID) -> int | None:
    """The version that a person's tokens must carry; None for a person that is not there."""
    found = await Person.get_or_none(id=person)
    return None if found is None else found.session_version


async def wallets_of(viewer: Viewer) -> list[Wallet]:
    """Every wallet that the person may use, in any town, oldest first."""
    found = await rows(
        """select w.municipality_id, w.id, h.state from holder_access x
          join wallet w on w.municipality_id = x.municipality_id and w.id = x.holder_id
          join holder h on h.municipality_id = w.municipality_id and h.id = w.id
          where x.person_id = $1 and x.revoked_at is null and x.relation = any ($2::smallint[])
            order by w.municipality_id, w.id limit 100""",
        viewer.person_id,
        viewer.relations(Relation.OWNER, Relation.DELEGATE),
    )
    return [_wallet(row) for row in found]


async def wallet_for(viewer: Viewer, municipality: int, wallet: UUID) -> Wallet | None:
    """A wallet that the viewer may see: its people, and the staff of its town. None for every other."""
    return (await wallets_for(viewer, [(municipality, wallet)]))[0]


async def wallets_for(viewer: Viewer, keys: list[tuple[int, UUID]]) -> list[Wallet | None]:
    """The same for many, in the order of (municipality, id)."""
    found = await rows(
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
    wallets = {(wallet.municipality, wallet.id): wallet for wallet in map(_wallet, found)}
    return [wallets.get(key) for key in keys]


async def may_use(viewer: Viewer, municipality: int, wallet: UUID) -> bool:
    """Whether the viewer may pay from a wallet: staff who may see it may not."""
    return await may(municipality, wallet, viewer.person_id, viewer.relations(Relation.OWNER, Relation.DELEGATE))


async def require_own(viewer: Viewer, municipality: int, wallet: UUID) -> None:
    """UnknownWalletError unless the viewer may pay from the wallet."""
    if not await may_use(viewer, municipality, wallet):
        raise UnknownWalletError


async def own_wallet(viewer: Viewer, municipality: int, wallet_id: UUID) -> Wallet:
    """A wallet that the viewer may pay from; UnknownWalletError."""
    wallet = await wallet_for(viewer, municipality, wallet_id)
    if wallet is None or not await may_use(viewer, municipality, wallet_id):
        raise UnknownWalletError
    return wallet


async def exists(municipality: int, wallet: UUID) -> bool:
    """Whether a town has a wallet, whoever asks; for payments into it, never for showing it."""
    return bool(await rows("select 1 from wallet where municipality_id = $1 and id = $2", municipality, wallet))


async def assignments_of(viewer: Viewer) -> list[Assignment]:
    """What the person may act as, where."""
    found = await rows(
        """select distinct x.municipality_id, x.relation, s.id as store_id from holder_access x
          left join store s on s.municipality_id = x.municipality_id and s.id = x.holder_id
          where x.person_id = $1 and x.revoked_at is null and x.relation = any ($2::smallint[]) order by 1, 2, 3""",
        viewer.person_id,
        viewer.relations(*Relation),
    )
    assignments = [
        Assignment(ROLE_OF[Relation(row["relation"])], row["municipality_id"], row["store_id"]) for row in found
    ]
    return list(dict.fromkeys(assignments))


async def person_of(municipality: int, wallet: UUID) -> tuple[UUID, Claims | None]:
    """Whose wallet it is, for caps per person, and what the town knows of them.

    A wallet without a person stands for itself.
    """
    return (await persons_of([(municipality, wallet)]))[0]


async def persons_of(keys: list[tuple[int, UUID]]) -> list[tuple[UUID, Claims | None]]:
    """The same for many, in the order of (municipality, wallet)."""
    found = await rows(
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
    people = {(row["municipality_id"], row["holder_id"]): (row["person_id"], _claims(row)) for row in found}
    return [people.get(key, (key[1], None)) for key in keys]


PERSONS = Shared(lambda: Together(persons_of))
"""The same, asked for by many requests at once and answered by one read."""


async def claims_of(municipality: int, person: UUID) -> Claims | None:
    """What the town knows of a person."""
    found = await rows(
        "select resident, birth_year, household from person_claim where municipality_id = $1 and person_id = $2",
        municipality,
        person,
    )
    return _claims(found[0]) if found else None


def _claims(row: dict[str, Any]) -> Claims | None:
    return None if row["resident"] is None else Claims(row["resident"], row["birth_year"], row["household"])


def _wallet(row: dict[str, object]) -> Wallet:
    return Wallet(int(str(row["municipality_id"])), UUID(str(row["id"])), row["state"] == HolderState.FROZEN)
