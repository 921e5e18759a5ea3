"""People and wallets, as others see them."""

from dataclasses import dataclass
from uuid import UUID

from domain.database import rows
from domain.ledger.holders import may
from domain.ledger.kinds import HolderState
from domain.ledger.refusals import UnknownWalletError
from domain.residents.tables import Person
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


def _wallet(row: dict[str, object]) -> Wallet:
    return Wallet(int(str(row["municipality_id"])), UUID(str(row["id"])), row["state"] == HolderState.FROZEN)
