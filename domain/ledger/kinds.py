"""The ledger's enums, with the numbers that the database stores. Append only: a number never changes its meaning.

Kinds of journals, operations and guards belong to rooms. Each room takes new numbers from its own range, so that two
branches never give one number two meanings.
"""

from enum import IntEnum, unique
from typing import Self
from uuid import UUID


@unique
class HolderKind(IntEnum):
    """Kind of a holder, the owner of accounts."""

    WALLET = 1
    STORE = 2
    PROGRAMME = 3
    DESK = 4
    ISSUER = 5


@unique
class HolderState(IntEnum):
    """State of a holder. A frozen one takes no part in journals of residents and stores."""

    ACTIVE = 0
    FROZEN = 1


@unique
class AccountKind(IntEnum):
    """Role of an account for its holder."""

    WALLET = 1
    PAYABLE = 2
    ISSUANCE = 3
    BUDGET = 4
    BREAKAGE = 5
    FEE = 6
    CASH = 7
    DEBT = 8


FLOORS: dict[int, int | None] = {
    kind: 0 if kind in (AccountKind.WALLET, AccountKind.BUDGET) else None for kind in AccountKind
}


@unique
class JournalKind(IntEnum):
    """Kind of a journal and of its events."""

    # payments; new ones 100 to 199
    PAYMENT = 2
    REFUND = 3
    HOLD = 5
    CAPTURE = 6
    VOID = 7
    LAPSE = 8
    # charging; new ones 200 to 299
    CHARGE = 1
    CHARGE_CANCEL = 25
    # corrections; new ones 300 to 399
    REVERSAL = 4
    # expiry; new ones 400 to 499
    EXPIRY = 11
    EXPIRY_REMINDER = 26
    # programmes; new ones 500 to 599
    ALLOCATION = 9
    BUDGET_CHANGE = 28
    # grants and bulk_grants; new ones 600 to 699
    GRANT = 10
    GRANT_CLOSED = 20
    # vouchers; new ones 700 to 799
    VOUCHER_PURCHASE = 13
    GIFT_ACTIVATION = 14
    # coupons; new ones 800 to 899
    COUPON_CLAIM = 15
    COUPON_ISSUE = 18
    # redemptions; new ones 900 to 999
    REDEMPTION = 16
    REDEMPTION_ROLLBACK = 17
    # conversions; new ones 1000 to 1099
    CONVERSION = 27


@unique
class Operation(IntEnum):
    """The verb whose idempotency key a journal closes.

    kind: of the journal that it posts. mutation: the root field that clients use; None: only this service posts it.
    """

    kind: JournalKind
    mutation: str | None

    def __new__(cls, number: int, kind: JournalKind, mutation: str | None = None) -> Self:
        """Make the member of the number that the database stores."""
        operation = int.__new__(cls, number)
        operation._value_ = number
        operation.kind = kind
        operation.mutation = mutation
        return operation

    # payments; new ones 100 to 199
    PAY = 2, JournalKind.PAYMENT, "pay"
    REFUND_PAYMENT = 3, JournalKind.REFUND, "refundPayment"
    AUTHORIZE = 5, JournalKind.HOLD
    CAPTURE = 6, JournalKind.CAPTURE
    VOID = 7, JournalKind.VOID
    LAPSE = 8, JournalKind.LAPSE
    TOP_UP = 44, JournalKind.CHARGE
    CANCEL_TOP_UP = 45, JournalKind.CHARGE_CANCEL
    # charging; new ones 200 to 299
    CHARGE = 1, JournalKind.CHARGE, "charge"
    CANCEL_CHARGE = 40, JournalKind.CHARGE_CANCEL, "cancelCharge"
    # corrections; new ones 300 to 399
    REVERSE_JOURNAL = 4, JournalKind.REVERSAL, "reverseJournal"
    # expiry; new ones 400 to 499
    EXPIRE = 11, JournalKind.EXPIRY
    REMIND = 41, JournalKind.EXPIRY_REMINDER
    # programmes; new ones 500 to 599
    ALLOCATE = 9, JournalKind.ALLOCATION, "createProgramme"
    CHANGE_BUDGET = 43, JournalKind.BUDGET_CHANGE, "changeBudget"
    # grants and bulk_grants; new ones 600 to 699
    GRANT_VALUE = 10, JournalKind.GRANT, "grantValue"
    APPROVE_GRANT = 31, JournalKind.GRANT, "approveGrant"
    GRANT_ROW = 30, JournalKind.GRANT
    UNDO_GRANT_ROW = 32, JournalKind.REVERSAL
    CLOSE_BULK_GRANT = 33, JournalKind.GRANT_CLOSED
    # vouchers; new ones 700 to 799
    PURCHASE_VOUCHER = 13, JournalKind.VOUCHER_PURCHASE, "purchaseVoucher"
    SELL_VOUCHER = 14, JournalKind.VOUCHER_PURCHASE, "sellVoucher"
    ACTIVATE_GIFT = 15, JournalKind.GIFT_ACTIVATION, "activateGift"
    APPROVE_VOUCHER_PRODUCT = 16, JournalKind.ALLOCATION, "approveVoucherProduct"
    CLOSE_VOUCHER_PRODUCT = 17, JournalKind.ALLOCATION, "closeVoucherProduct"
    # coupons; new ones 800 to 899
    CREATE_COUPON = 20, JournalKind.COUPON_ISSUE, "createCoupon"
    CLAIM_COUPON = 21, JournalKind.COUPON_CLAIM, "claimCoupon"
    # redemptions; new ones 900 to 999
    REDEEM = 22, JournalKind.REDEMPTION, "redeem"
    ROLLBACK_REDEMPTION = 23, JournalKind.REDEMPTION_ROLLBACK, "rollbackRedemption"
    # conversions; new ones 1000 to 1099
    CONVERT = 42, JournalKind.CONVERSION, "convert"


_OPERATIONS = {int(operation): operation for operation in Operation}


def operation_of(number: int) -> Operation:
    """Return the operation of a number that the database stores."""
    return _OPERATIONS[number]


@unique
class Outcome(IntEnum):
    """Outcome of a key."""

    SETTLED = 0
    REFUSED = 1
    ABANDONED = 2


@unique
class HoldState(IntEnum):
    """State of a hold."""

    OPEN = 0
    CAPTURED = 1
    VOIDED = 2
    LAPSED = 3


@unique
class GuardKind(IntEnum):
    """Kind of a guard: the thing that it counts."""

    # expiry; new ones 400 to 499
    EXPIRY_REMINDED = 40
    # programmes; new ones 500 to 599
    PROGRAMME_CAP = 2
    HOUSEHOLD_CAP = 42
    BUDGETED_BY_OFFICER = 500
    # grants and bulk_grants; new ones 600 to 699
    GRANT_PROPOSAL = 30
    BULK_GRANT_CLOSED = 31
    GRANTED_BY_OFFICER = 600
    GRANTED_TO_WALLET = 601
    # vouchers; new ones 700 to 799
    VOUCHER_STAGE = 10
    VOUCHER_SOLD = 11
    VOUCHER_PERSON = 12
    VOUCHER_HOUSEHOLD = 13
    VOUCHER_GIFT = 14
    # coupons; new ones 800 to 899
    COUPON_STOCK = 20
    COUPON_PERSON = 21
    COUPON_DAY = 22
    COUPON_CLAIMS = 23
    # redemptions; new ones 900 to 999
    ROLLED_BACK = 24
    # conversions; new ones 1000 to 1099
    CONVERTED_TODAY = 41
    # points; new ones 1100 to 1199
    EARNED_PER_DAY = 3
    EARNED_PER_MONTH = 4
    CLAWED_BACK = 5
    # ledger; new ones 1200 to 1299
    REFUNDED = 1


CAPS = frozenset({GuardKind.PROGRAMME_CAP, GuardKind.HOUSEHOLD_CAP})
"""Guards whose changes are kept by their journals, so that they can be given back and audited."""


@unique
class Channel(IntEnum):
    """Channel by which the parties of a journal met."""

    MPM = 1
    CPM = 2
    DESK = 3
    MACHINE = 4
    PROVIDER = 5
    APP = 6


@unique
class Instrument(IntEnum):
    """Medium that the payer presented."""

    APP = 1
    QR_CARD = 2
    IC_CARD = 3
    MY_NUMBER_CARD = 4
    PAPER = 5


@unique
class Funding(IntEnum):
    """Funding of value: the money behind it."""

    NONE = 0
    CASH = 1
    PUBLIC_BUDGET = 2
    CARD = 3
    BANK = 4


@unique
class LotOrigin(IntEnum):
    """Kind of journal that made a lot."""

    NONE = 0
    CHARGE = 1
    GRANT = 2
    VOUCHER = 3


NONE_LOT = 0
"""The lot of accounts without a source or expiry of their own: payables, cash, issuance."""

SYSTEM_ACTOR = UUID("00000000-0000-7000-8000-000000000001")
"""The actor of journals that no person requests, such as the lapse of a hold."""
