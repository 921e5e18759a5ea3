"""What the viewer may see, read once per request: relations to holders, and service in a municipality."""

from uuid import UUID

from domain.ledger import holders
from domain.viewer import Relation
from schema.core.context import Context, MeguruInfo

MUNICIPAL = (Relation.DESK, Relation.FINANCE, Relation.AUDITOR)
"""The staff of a municipality, who see what is only the municipality's."""


async def _relations(context: Context, keys: list[tuple[int, UUID]]) -> list[frozenset[Relation]]:
    return await holders.relations_of(context.asker.person_id, keys)


async def _municipal(context: Context, municipalities: list[int]) -> list[bool]:
    return await holders.serving(context.asker.person_id, context.asker.relations(*MUNICIPAL), municipalities)


async def _officers(context: Context, municipalities: list[int]) -> list[bool]:
    relations = context.asker.relations(Relation.FINANCE, Relation.AUDITOR)
    return await holders.serving(context.asker.person_id, relations, municipalities)


async def acts_for(info: MeguruInfo, municipality: int, holder: UUID | None, *among: Relation) -> bool:
    """Whether the viewer acts for a holder: has one of these relations to it, and a token with the role for it."""
    relations = info.context.asker.relations(*among)
    if holder is None or not relations:
        return False
    return not (await info.context.load_as_viewer(_relations, (municipality, holder))).isdisjoint(relations)


async def serves(info: MeguruInfo, municipality: int) -> bool:
    """Whether the viewer is staff of a municipality, and their token says so."""
    served = bool(info.context.asker.relations(*MUNICIPAL))
    return served and await info.context.load_as_viewer(_municipal, municipality)


async def sees_wallet(info: MeguruInfo, municipality: int, wallet: UUID | None) -> bool:
    """Whether the viewer may see what a wallet has and why: its people, and the staff of its municipality."""
    own = await acts_for(info, municipality, wallet, Relation.OWNER, Relation.DELEGATE)
    return own or await serves(info, municipality)


async def is_officer(info: MeguruInfo, municipality: int) -> bool:
    """Whether the viewer is a finance officer or auditor of a municipality."""
    served = bool(info.context.asker.relations(Relation.FINANCE, Relation.AUDITOR))
    return served and await info.context.load_as_viewer(_officers, municipality)


async def works_at(info: MeguruInfo, municipality: int, store: UUID) -> bool:
    """Whether the viewer may see a store's figures: its staff, and the staff of its municipality."""
    return await acts_for(info, municipality, store, Relation.STAFF) or await serves(info, municipality)
