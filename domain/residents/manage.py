"""The desk opens wallets for people; staff freeze wallets and release them. Audited in the same commit."""

from uuid import UUID

from domain.approvals.reads import last_act
from domain.approvals.trail import record
from domain.database import transaction
from domain.identifiers import derived
from domain.ledger.holders import lock_holder, require_staff, set_state
from domain.ledger.kinds import HolderState
from domain.ledger.refusals import UnknownWalletError
from domain.residents import reads
from domain.residents.join import open_wallet, register
from domain.residents.kinds import WalletStateReason
from domain.residents.reads import Wallet
from domain.services import Services
from domain.viewer import Relation, Viewer


async def open_wallet_at_desk(
    services: Services, viewer: Viewer, municipality: int, key: UUID, name: str
) -> tuple[UUID, Wallet, bool]:
    """Register a person and open a wallet for them; return both, and whether the key had done it before.

    KeyReusedError for a key that was used with another name.
    """
    await require_staff(municipality, viewer, Relation.DESK)
    person, wallet = [derived(viewer.person_id, part, str(municipality), str(key)) for part in ("resident", "wallet")]
    now = services.clock()
    async with transaction():
        new = await register(person, name, now)
        if new:
            await open_wallet(municipality, person, now, services.ids, wallet)
            after = {"person": str(person)}
            await record(municipality, viewer, "open_wallet", wallet, "", None, after, now)
    return person, await wallet_in(municipality, wallet), not new


async def freeze_wallet(
    services: Services, viewer: Viewer, municipality: int, wallet: UUID, reason: WalletStateReason
) -> Wallet:
    """Freeze a wallet: it pays nothing and is charged nothing, from the next request that the ledger locks.

    Refunds still come back to it, and what it has set aside stays set aside. Freezing it again changes nothing.
    UnknownWalletError.
    """
    await require_staff(municipality, viewer, Relation.FINANCE, Relation.DESK)
    return await _set(services, viewer, municipality, wallet, HolderState.FROZEN, "freeze_wallet", reason)


async def release_wallet(
    services: Services, viewer: Viewer, municipality: int, wallet: UUID, reason: WalletStateReason
) -> Wallet:
    """Release a frozen wallet, as a finance officer. UnknownWalletError.

    What another officer must approve is decided before, by `domain.controls`.
    """
    await require_staff(municipality, viewer, Relation.FINANCE)
    return await _set(services, viewer, municipality, wallet, HolderState.ACTIVE, "unfreeze_wallet", reason)


async def wallet_in(municipality: int, wallet: UUID) -> Wallet:
    """Return a wallet of a municipality for its staff. UnknownWalletError."""
    known = await reads.by_id(municipality, wallet)
    if known is None:
        raise UnknownWalletError
    return known


async def _set(
    services: Services,
    viewer: Viewer,
    municipality: int,
    wallet: UUID,
    state: HolderState,
    action: str,
    reason: WalletStateReason,
) -> Wallet:
    async with transaction():
        await lock_holder(municipality, wallet)
        before, frozen = await wallet_in(municipality, wallet), state is HolderState.FROZEN
        last = await last_act(municipality, action, wallet)
        # A freeze for another reason is one of its own: whoever would release the wallet must know of it.
        if before.frozen != frozen or (frozen and last is not None and last[1] != reason.value):
            await set_state(municipality, wallet, state)
            old, new = {"frozen": before.frozen}, {"frozen": frozen}
            await record(municipality, viewer, action, wallet, reason.value, old, new, services.clock())
    return await wallet_in(municipality, wallet)
