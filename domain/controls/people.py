"""Controls of who may act: new staff, releasing a wallet, and letting a suspended store take payments again."""

from dataclasses import dataclass
from uuid import UUID

from domain.approvals.kinds import ApprovalKind
from domain.approvals.reads import last_act
from domain.approvals.subject import Subject
from domain.controls.control import Change, Control, Judgement
from domain.identifiers import Prefix, encode
from domain.ledger.holders import people_of
from domain.ledger.refusals import UnknownPayeeError
from domain.municipalities import reads as municipalities
from domain.municipalities.reads import Municipality
from domain.refusals import NotPermittedError
from domain.residents.kinds import WalletStateReason
from domain.residents.manage import release_wallet, wallet_in
from domain.residents.reads import Wallet
from domain.services import Services
from domain.staff.invite import NewStaff, begin_staff, holder_of
from domain.stores import reads as stores
from domain.stores.kinds import StoreStateReason
from domain.stores.manage import resume_store
from domain.stores.reads import Store
from domain.viewer import Viewer


async def _town(municipality: int) -> Municipality:
    town = await municipalities.by_id(municipality)
    if town is None:
        raise NotPermittedError
    return town


async def _judge_staff(_: Services, _viewer: Viewer, change: Change[NewStaff]) -> Judgement:
    new, town = change.new, await _town(change.municipality)
    serving = new.person in await people_of(town.id, holder_of(town, new.role), new.role.relation)
    after = {"personId": encode(Prefix.PERSON, 0, new.person), "role": new.role.value, "reason": new.reason.value}
    return Judgement(Subject(after=after), needs_two=not serving, known=serving)


async def _begin_staff(services: Services, viewer: Viewer, change: Change[NewStaff]) -> bool:
    return await begin_staff(services, viewer, await _town(change.municipality), change.new)


STAFF = Control(ApprovalKind.STAFF, NewStaff, _judge_staff, _begin_staff)


@dataclass(frozen=True, slots=True)
class Release:
    """Releasing a frozen wallet."""

    wallet: UUID
    reason: WalletStateReason


async def _judge_release(_: Services, _viewer: Viewer, change: Change[Release]) -> Judgement:
    wallet = await wallet_in(change.municipality, change.new.wallet)
    after = {
        "walletId": encode(Prefix.WALLET, change.municipality, wallet.id),
        "frozen": False,
        "reason": change.new.reason.value,
    }
    basis = {"freeze": await last_act(change.municipality, "freeze_wallet", wallet.id)}
    subject = Subject(before={"frozen": wallet.frozen}, after=after, basis=basis)
    return Judgement(subject, needs_two=wallet.frozen, known=not wallet.frozen)


async def _release(services: Services, viewer: Viewer, change: Change[Release]) -> Wallet:
    return await release_wallet(services, viewer, change.municipality, change.new.wallet, change.new.reason)


WALLET_RELEASE = Control(ApprovalKind.WALLET_RELEASE, Release, _judge_release, _release)


@dataclass(frozen=True, slots=True)
class Resumption:
    """Letting a suspended store take payments again."""

    store: UUID
    reason: StoreStateReason


async def _judge_resumption(_: Services, _viewer: Viewer, change: Change[Resumption]) -> Judgement:
    store = await stores.by_id(change.municipality, change.new.store)
    if store is None:
        raise UnknownPayeeError
    after = {
        "storeId": encode(Prefix.STORE, change.municipality, store.id),
        "accepting": True,
        "reason": change.new.reason.value,
    }
    basis = {"suspension": await last_act(change.municipality, "suspend_store", store.id)}
    subject = Subject(before={"accepting": store.accepting}, after=after, basis=basis)
    return Judgement(subject, needs_two=not store.accepting, known=store.accepting)


async def _resume(services: Services, viewer: Viewer, change: Change[Resumption]) -> Store:
    return await resume_store(services, viewer, change.municipality, change.new.store, change.new.reason)


STORE_RESUMPTION = Control(ApprovalKind.STORE_RESUMPTION, Resumption, _judge_resumption, _resume)
