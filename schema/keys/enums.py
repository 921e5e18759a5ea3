"""Enums of idempotency keys."""

from enum import Enum

from domain.ledger.kinds import Operation
from schema.core.enums import contract_enum

contract_enum(
    Operation,
    "The verb of a money mutation, as its idempotency key knows it.",
    name="MoneyOperation",
    hidden=(  # their keys are made by the server or by machines
        "AUTHORIZE",
        "CAPTURE",
        "VOID",
        "LAPSE",
        "EXPIRE",
        "GRANT_ROW",
        "UNDO_GRANT_ROW",
        "CLOSE_BULK_GRANT",
        "REMIND",
        "TOP_UP",
        "CANCEL_TOP_UP",
    ),
    CHARGE="`charge`.",
    PAY="`pay`.",
    REFUND_PAYMENT="`refundPayment`.",
    REVERSE_JOURNAL="`reverseJournal`.",
    ALLOCATE="`createProgramme`.",
    GRANT_VALUE="`grantValue`.",
    PURCHASE_VOUCHER="`purchaseVoucher`.",
    SELL_VOUCHER="`sellVoucher`.",
    ACTIVATE_GIFT="`activateGift`.",
    APPROVE_VOUCHER_PRODUCT="`approveVoucherProduct`.",
    CLOSE_VOUCHER_PRODUCT="`closeVoucherProduct`.",
    APPROVE_GRANT="`approveGrant`.",
    CREATE_COUPON="`createCoupon`.",
    CLAIM_COUPON="`claimCoupon`.",
    REDEEM="`redeem`.",
    ROLLBACK_REDEMPTION="`rollbackRedemption`.",
    CHANGE_BUDGET="`changeBudget`.",
    CONVERT="`convert`.",
    CANCEL_CHARGE="`cancelCharge`.",
)


class OutcomeState(Enum):
    """What became of an idempotency key: what the ledger knows of it, or that it knows nothing."""

    SETTLED = "SETTLED"
    REFUSED = "REFUSED"
    ABANDONED = "ABANDONED"
    UNKNOWN = "UNKNOWN"


contract_enum(
    OutcomeState,
    "What became of an idempotency key.",
    SETTLED="Value moved; the journal says what.",
    REFUSED="Refused for good; nothing moved.",
    ABANDONED="Closed by `abandon`; nothing moved and nothing will.",
    UNKNOWN="Not seen (yet). Nothing moved until now; a request may still be on its way.",
)
__all__ = ["Operation", "OutcomeState"]
