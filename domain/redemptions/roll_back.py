"""Rollback: municipal staff undo a redemption, once. Value goes back to its lot, and the coupon's use is given back."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.coupons.returns import CouponUndo, returns_of
from domain.ledger.act import Act
from domain.ledger.book import AccountKey, Book
from domain.ledger.holders import require_staff
from domain.ledger.kinds import AccountKind, GuardKind, JournalKind, Operation, Outcome
from domain.ledger.part import Part, Parts
from domain.ledger.reads import Journal, guard_values, journal_by_id
from domain.ledger.request import Draft, Facts, GuardKey, Posted, Request, fingerprint
from domain.redemptions.kinds import RollbackReason
from domain.redemptions.receipts import OfRedemption
from domain.redemptions.refusals import AlreadyRolledBackError, UnknownRedemptionError
from domain.services import Services
from domain.viewer import Relation, Viewer

ACTION = "rollback_redemption"


def rolled_back_guard(municipality: int, redemption: UUID) -> GuardKey:
    """The guard that lets a redemption be rolled back once."""
    return (municipality, GuardKind.ROLLED_BACK, redemption, "")


async def rolled_back(keys: list[tuple[int, UUID]]) -> list[bool]:
    """Read whether redemptions were rolled back, in the order of (municipality, id)."""
    return [value > 0 for value in await guard_values([rolled_back_guard(*key) for key in keys])]


async def rollback_redemption(
    services: Services,
    viewer: Viewer,
    municipality: int,
    key: UUID,
    redemption_id: UUID,
    *,
    reason: RollbackReason,
    valid_until: datetime | None = None,
) -> Posted:
    """Roll a redemption back or raise a refusal.

    Sent again under its key, it writes the row of the audit trail if that was interrupted.
    """
    await require_staff(municipality, viewer, Relation.FINANCE, Relation.DESK)
    redemption = await journal_by_id(municipality, redemption_id)
    if redemption is None or redemption.kind != JournalKind.REDEMPTION or redemption.outcome != Outcome.SETTLED:
        raise UnknownRedemptionError
    if redemption.wallet_id is None or redemption.store_id is None:
        raise UnknownRedemptionError
    returned_value = ReturnedValue(redemption, redemption.wallet_id, redemption.store_id)
    parts = Parts((returned_value, CouponUndo(await returns_of(redemption), redemption)))
    request = replace(_request(viewer, key, returned_value, reason, parts), valid_until=valid_until)
    return await services.ledger.post(request)


def _request(
    viewer: Viewer, key: UUID, returned_value: "ReturnedValue", reason: RollbackReason, parts: Parts
) -> Request:
    redemption = returned_value.redemption
    return Request(
        municipality=redemption.municipality,
        actor=viewer.person_id,
        operation=Operation.ROLLBACK_REDEMPTION,
        key=key,
        input_hash=fingerprint(redemption=redemption.id, reason=reason),
        kind=JournalKind.REDEMPTION_ROLLBACK,
        holders=parts.holders,
        plan=parts.plan,
        lots=parts.lots,
        guards=parts.guards,
        facts=Facts(
            wallet_id=returned_value.wallet_id,
            store_id=returned_value.store_id,
            reason=reason,
            linked_journal=redemption.id,
            client=viewer.client,
        ),
        act=Act(redemption.id, reason.name, viewer.reason),
    )


@dataclass(frozen=True, slots=True)
class ReturnedValue(Part):
    """Redeemed value that goes back to its lots, once."""

    redemption: Journal
    wallet_id: UUID
    store_id: UUID

    @property
    def holders(self) -> tuple[UUID, ...]:
        """The wallet and the store."""
        return (self.wallet_id, self.store_id)

    @property
    def lots(self) -> tuple[int, ...]:
        """The lots that were redeemed."""
        return tuple(portion.lot for portion in self.redemption.receipt.lots)

    @property
    def guards(self) -> tuple[GuardKey, ...]:
        """The guard of the rollback."""
        return (rolled_back_guard(self.redemption.municipality, self.redemption.id),)

    def apply(self, book: Book, draft: Draft, _at: datetime) -> None:
        """Add the moves back to the lots. AlreadyRolledBackError."""
        town, receipt = self.redemption.municipality, self.redemption.receipt
        guard = book.guard(rolled_back_guard(town, self.redemption.id), 1)
        if guard.value:
            raise AlreadyRolledBackError
        draft.amount = receipt.amount
        draft.guards.append((guard, 1))
        draft.counterparties |= {self.wallet_id: self.store_id, self.store_id: self.wallet_id}
        draft.sections.append(OfRedemption(self.redemption.id))
        for portion in receipt.lots:
            asset, part = portion.asset, portion.amount
            account = book.account(town, AccountKey(AccountKind.WALLET, self.wallet_id, asset, portion.lot))
            draft.moves.append((book.plain(town, AccountKind.PAYABLE, self.store_id, asset), account, part))
            draft.balances[asset] = draft.balances.get(asset, book.total(town, self.wallet_id, asset)) + part
            draft.lots.append(portion)
