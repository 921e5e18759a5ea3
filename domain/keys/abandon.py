"""A client closes a key of its own for ever, or learns what became of it: never both."""

from uuid import UUID

from domain.ledger.holders import municipalities_of
from domain.ledger.kinds import JournalKind, Operation
from domain.ledger.reads import Journal, journal_by_id, journals_of_key
from domain.ledger.request import Closed, Draft, Posted, Request
from domain.refusals import StoredRefusal
from domain.services import Services
from domain.viewer import Viewer

KIND_OF = {
    Operation.CHARGE: JournalKind.CHARGE,
    Operation.PAY: JournalKind.PAYMENT,
    Operation.REFUND_PAYMENT: JournalKind.REFUND,
    Operation.REVERSE_JOURNAL: JournalKind.REVERSAL,
    Operation.ALLOCATE: JournalKind.ALLOCATION,
    Operation.GRANT_VALUE: JournalKind.GRANT,
    Operation.PURCHASE_VOUCHER: JournalKind.VOUCHER_PURCHASE,
    Operation.SELL_VOUCHER: JournalKind.VOUCHER_PURCHASE,
    Operation.ACTIVATE_GIFT: JournalKind.GIFT_ACTIVATION,
    Operation.APPROVE_VOUCHER_PRODUCT: JournalKind.ALLOCATION,
    Operation.CLOSE_VOUCHER_PRODUCT: JournalKind.ALLOCATION,
    Operation.APPROVE_GRANT: JournalKind.GRANT,
    Operation.CREATE_COUPON: JournalKind.COUPON_ISSUE,
    Operation.CLAIM_COUPON: JournalKind.COUPON_CLAIM,
    Operation.REDEEM: JournalKind.REDEMPTION,
    Operation.ROLLBACK_REDEMPTION: JournalKind.REDEMPTION_ROLLBACK,
    Operation.CANCEL_CHARGE: JournalKind.CHARGE_CANCEL,
    Operation.CONVERT: JournalKind.CONVERSION,
    Operation.CHANGE_BUDGET: JournalKind.BUDGET_CHANGE,
}
"""The journal that an operation posts."""


async def abandon(services: Services, viewer: Viewer, operation: Operation, key: UUID) -> Journal | None:
    """The journal that settled or refused the key, or None once it is closed: a late request then gets ABANDONED.

    A key does not say its town, so it is closed in every town where the person has anything to do.
    """
    for municipality in await municipalities_of(viewer.person_id):
        try:
            decision = await services.poster.post(_request(viewer, municipality, operation, key))
        except StoredRefusal:
            return (await journals_of_key(viewer.person_id, operation, key))[0]
        if isinstance(decision, Posted):
            return await journal_by_id(municipality, decision.journal_id)
        if not isinstance(decision, Closed):
            message = "an abandoned key is closed or was settled"
            raise TypeError(message)
    return None


def _request(viewer: Viewer, municipality: int, operation: Operation, key: UUID) -> Request:
    def plan(*_: object) -> Draft:
        message = "a request that abandons moves nothing"
        raise AssertionError(message)

    return Request(
        municipality=municipality,
        actor=viewer.person_id,
        operation=operation,
        key=key,
        input_hash=b"",
        kind=KIND_OF[operation],
        holders=(),
        plan=plan,
        abandons=True,
    )
