"""Staff of the town undo a hand-over, once: value goes back to its lot, and counters go back by one."""

from datetime import datetime
from uuid import UUID

from domain.approvals.trail import record, recorded
from domain.coupons.returns import Returns, returns_of
from domain.database import transaction
from domain.ledger.book import AccountKey, Book
from domain.ledger.holders import require_staff
from domain.ledger.kinds import AccountKind, GuardKind, JournalKind, Operation, Outcome
from domain.ledger.reads import Journal, guard_values, journal_by_id
from domain.ledger.request import Draft, Facts, GuardKey, Posted, Request, fingerprint
from domain.redemptions.kinds import RollbackReason
from domain.redemptions.receipts import OfRedemption
from domain.redemptions.refusals import AlreadyRolledBackError, UnknownRedemptionError
from domain.services import Services
from domain.viewer import Relation, Viewer

ACTION = "rollback_redemption"


def rolled_back_guard(municipality: int, redemption: UUID) -> GuardKey:
    """The guard that lets a hand-over be undone once."""
    return (municipality, GuardKind.ROLLED_BACK, redemption, "")


async def rolled_back(keys: list[tuple[int, UUID]]) -> list[bool]:
    """Whether hand-overs were undone, in the order of (municipality, id)."""
    return [value > 0 for value in await guard_values([rolled_back_guard(*key) for key in keys])]


async def rollback_redemption(
    services: Services, viewer: Viewer, municipality: int, key: UUID, redemption_id: UUID, reason: RollbackReason
) -> Posted:
    """Undoes the hand-over or raises a refusal.

    Sent again under its key, it finishes what was begun: the row of the audit trail.
    """
    await require_staff(municipality, viewer, Relation.FINANCE, Relation.DESK)
    redemption = await journal_by_id(municipality, redemption_id)
    if redemption is None or redemption.kind != JournalKind.REDEMPTION or redemption.outcome != Outcome.SETTLED:
        raise UnknownRedemptionError
    if redemption.wallet_id is None or redemption.store_id is None:
        raise UnknownRedemptionError
    returns = await returns_of(redemption)
    request = _request(
        viewer, municipality, key, redemption, redemption.wallet_id, redemption.store_id, reason, returns
    )
    posted = await services.ledger.post(request)
    await _record(services, viewer, posted, redemption_id, reason)
    return posted


def _request(
    viewer: Viewer,
    municipality: int,
    key: UUID,
    redemption: Journal,
    wallet_id: UUID,
    store_id: UUID,
    reason: RollbackReason,
    returns: Returns,
) -> Request:
    def plan(book: Book, _: datetime) -> Draft:
        guard = book.guard(rolled_back_guard(municipality, redemption.id), 1)
        if guard.value:
            raise AlreadyRolledBackError
        draft = _plan(book, municipality, redemption, wallet_id, store_id)
        draft.guards.append((guard, 1))
        returns.undo(book, draft, redemption)
        return draft

    return Request(
        municipality=municipality,
        actor=viewer.person_id,
        operation=Operation.ROLLBACK_REDEMPTION,
        key=key,
        input_hash=fingerprint(redemption=redemption.id, reason=reason),
        kind=JournalKind.REDEMPTION_ROLLBACK,
        holders=(wallet_id, store_id, *returns.holders),
        plan=plan,
        lots=tuple(portion.lot for portion in redemption.receipt.lots),
        guards=(rolled_back_guard(municipality, redemption.id), *returns.guards),
        facts=Facts(
            wallet_id=wallet_id, store_id=store_id, reason=reason, linked_journal=redemption.id, client=viewer.client
        ),
    )


def _plan(book: Book, municipality: int, redemption: Journal, wallet_id: UUID, store_id: UUID) -> Draft:
    moves = []
    balances: dict[int, int] = {}
    for portion in redemption.receipt.lots:
        asset, part = portion.asset, portion.amount
        account = book.account(municipality, AccountKey(AccountKind.WALLET, wallet_id, asset, portion.lot))
        moves.append((book.plain(municipality, AccountKind.PAYABLE, store_id, asset), account, part))
        balances[asset] = balances.get(asset, book.total(municipality, wallet_id, asset)) + part
    return Draft(
        amount=redemption.receipt.amount,
        lots=list(redemption.receipt.lots),
        balances=balances,
        sections=[OfRedemption(redemption.id)],
        moves=moves,
        counterparties={wallet_id: store_id, store_id: wallet_id},
    )


async def _record(
    services: Services, viewer: Viewer, posted: Posted, redemption_id: UUID, reason: RollbackReason
) -> None:
    """One row for one journal, also when the first answer was lost before it was written."""
    after = {"journal": str(posted.journal_id)}
    if posted.replayed and await recorded(posted.municipality, ACTION, str(redemption_id), after):
        return
    async with transaction():
        await record(
            posted.municipality,
            viewer.person_id,
            ACTION,
            str(redemption_id),
            str(int(reason)),
            None,
            after,
            services.clock(),
        )
