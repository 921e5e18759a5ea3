"""The person who asks, wallets, and what a desk records of people."""

from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.identifiers import Prefix
from domain.residents import claim, reads
from schema.core.context import MeguruInfo
from schema.core.ids import ID, read
from schema.core.node import finds
from schema.residents.inputs import RecordClaimInput, wallet_key
from schema.residents.results import RecordClaimPayload
from schema.residents.types import Person, RoleAssignment, Viewer, Wallet, wallet_of


async def viewer(info: MeguruInfo) -> Viewer:
    """The person who asks."""
    who = info.context.signed_in
    roles, wallets = await reads.assignments_of(who), await reads.wallets_of(who)
    return Viewer(
        person=Person(person=who.person_id),
        roles=[RoleAssignment(assignment=assignment) for assignment in roles],
        wallets=[Wallet(wallet=row) for row in wallets],
    )


@finds(Prefix.WALLET)
async def find(info: MeguruInfo, municipality: int, key: UUID) -> Wallet | None:
    """A wallet of the viewer, or of the municipality they serve."""
    return await wallet_of(info, municipality, key)


async def wallet(info: MeguruInfo, id: Annotated[ID, argument(description="The id of the wallet.")]) -> Wallet | None:
    """A wallet of the viewer, or of the municipality they serve."""
    key = read(Prefix.WALLET, id)
    return None if key is None else await wallet_of(info, *key)


async def record_claim(info: MeguruInfo, input: RecordClaimInput) -> RecordClaimPayload:
    """Records what the desk has verified of a person."""
    key = wallet_key(input.wallet_id)
    await claim.record_claim(
        info.context.services,
        info.context.signed_in,
        *key,
        resident=input.resident,
        birth_year=input.birth_year,
        household=input.household_code,
    )
    return RecordClaimPayload(verified_at=info.context.services.clock())
