"""The person who asks, wallets, and what a desk records of people."""

from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.controls import people
from domain.controls.change import change
from domain.controls.people import Release
from domain.identifiers import Prefix, encode
from domain.ledger.refusals import UnknownWalletError
from domain.residents import claim, manage, reads, receive_codes
from schema.approvals.types import approval_of
from schema.core.context import MeguruInfo
from schema.core.ids import ID, read
from schema.core.node import finds
from schema.municipalities.types import number_of
from schema.residents.inputs import (
    FreezeWalletInput,
    OpenWalletInput,
    RecordClaimInput,
    RenewReceiveCodeInput,
    UnfreezeWalletInput,
    wallet_key,
)
from schema.residents.results import (
    FreezeWalletPayload,
    OpenWalletPayload,
    RecordClaimPayload,
    RenewReceiveCodePayload,
    UnfreezeWalletPayload,
)
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


async def open_wallet(info: MeguruInfo, input: OpenWalletInput) -> OpenWalletPayload:
    """Registers a person and opens a wallet for them."""
    person, row, replayed = await manage.open_wallet_at_desk(
        info.context.services,
        info.context.signed_in,
        await number_of(input.municipality),
        input.idempotency_key,
        input.display_name,
    )
    return OpenWalletPayload(
        wallet=Wallet(wallet=row), person_id=ID(encode(Prefix.PERSON, 0, person)), replayed=replayed
    )


async def freeze_wallet(info: MeguruInfo, input: FreezeWalletInput) -> FreezeWalletPayload:
    """Freezes a wallet."""
    key = wallet_key(input.wallet_id)
    row = await manage.freeze_wallet(info.context.services, info.context.signed_in, *key, input.reason)
    return FreezeWalletPayload(wallet=Wallet(wallet=row))


async def unfreeze_wallet(info: MeguruInfo, input: UnfreezeWalletInput) -> UnfreezeWalletPayload:
    """Proposes that a wallet is released."""
    municipality, key = wallet_key(input.wallet_id)
    changed = await change(
        info.context.services, info.context.signed_in, people.WALLET_RELEASE, municipality, Release(key, input.reason)
    )
    if changed.result is None:
        return UnfreezeWalletPayload(approval=approval_of(changed.approval))
    return UnfreezeWalletPayload(wallet=Wallet(wallet=changed.result))


async def renew_receive_code(info: MeguruInfo, input: RenewReceiveCodeInput) -> RenewReceiveCodePayload:
    """Gives a wallet a new receive code."""
    key = wallet_key(input.wallet_id)
    await receive_codes.renew(info.context.services, info.context.signed_in, *key, input.reason)
    renewed = await wallet_of(info, *key)
    if renewed is None:
        raise UnknownWalletError
    return RenewReceiveCodePayload(wallet=renewed)
