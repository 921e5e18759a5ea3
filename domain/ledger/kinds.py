"""The ledger's small numbers, as they lie in the database. Append only: a number never changes its meaning."""

from enum import IntEnum
from uuid import UUID


class HolderKind(IntEnum):
    """Who owns accounts."""

    WALLET = 1
    STORE = 2
    PROGRAMME = 3
    DESK = 4
    ISSUER = 5


class HolderState(IntEnum):
    """Whether a holder takes part."""

    ACTIVE = 0
    FROZEN = 1


class AccountKind(IntEnum):
    """What an account of a holder says."""

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


class JournalKind(IntEnum):
    """What a journal records; also the kind of its events."""

    CHARGE = 1
    PAYMENT = 2
    REFUND = 3
    REVERSAL = 4
    HOLD = 5
    CAPTURE = 6
    VOID = 7
    LAPSE = 8
    ALLOCATION = 9
    GRANT = 10
    EXPIRY = 11
    VOUCHER_PURCHASE = 13
    GIFT_ACTIVATION = 14
    GRANT_CLOSED = 20
    COUPON_CLAIM = 15
    REDEMPTION = 16
    REDEMPTION_ROLLBACK = 17
    COUPON_ISSUE = 18
    CHARGE_CANCEL = 25
    EXPIRY_REMINDER = 26
    CONVERSION = 27
    BUDGET_CHANGE = 28


class Operation(IntEnum):
    """The verb whose idempotency key a journal closes."""

    CHARGE = 1
    PAY = 2
    REFUND_PAYMENT = 3
    REVERSE_JOURNAL = 4
    AUTHORIZE = 5
    CAPTURE = 6
    VOID = 7
    LAPSE = 8
    ALLOCATE = 9
    GRANT_VALUE = 10
    EXPIRE = 11
    PURCHASE_VOUCHER = 13
    SELL_VOUCHER = 14
    ACTIVATE_GIFT = 15
    APPROVE_VOUCHER_PRODUCT = 16
    CLOSE_VOUCHER_PRODUCT = 17
    GRANT_ROW = 30
    APPROVE_GRANT = 31
    UNDO_GRANT_ROW = 32
    CLOSE_BULK_GRANT = 33
    CREATE_COUPON = 20
    CLAIM_COUPON = 21
    REDEEM = 22
    ROLLBACK_REDEMPTION = 23
    CANCEL_CHARGE = 40
    REMIND = 41
    CONVERT = 42
    CHANGE_BUDGET = 43
    TOP_UP = 44
    CANCEL_TOP_UP = 45


KIND_OF = {
    Operation.CHARGE: JournalKind.CHARGE,
    Operation.PAY: JournalKind.PAYMENT,
    Operation.REFUND_PAYMENT: JournalKind.REFUND,
    Operation.REVERSE_JOURNAL: JournalKind.REVERSAL,
    Operation.AUTHORIZE: JournalKind.HOLD,
    Operation.CAPTURE: JournalKind.CAPTURE,
    Operation.VOID: JournalKind.VOID,
    Operation.LAPSE: JournalKind.LAPSE,
    Operation.ALLOCATE: JournalKind.ALLOCATION,
    Operation.GRANT_VALUE: JournalKind.GRANT,
    Operation.EXPIRE: JournalKind.EXPIRY,
    Operation.PURCHASE_VOUCHER: JournalKind.VOUCHER_PURCHASE,
    Operation.SELL_VOUCHER: JournalKind.VOUCHER_PURCHASE,
    Operation.ACTIVATE_GIFT: JournalKind.GIFT_ACTIVATION,
    Operation.APPROVE_VOUCHER_PRODUCT: JournalKind.ALLOCATION,
    Operation.CLOSE_VOUCHER_PRODUCT: JournalKind.ALLOCATION,
    Operation.GRANT_ROW: JournalKind.GRANT,
    Operation.APPROVE_GRANT: JournalKind.GRANT,
    Operation.UNDO_GRANT_ROW: JournalKind.REVERSAL,
    Operation.CLOSE_BULK_GRANT: JournalKind.GRANT_CLOSED,
    Operation.CREATE_COUPON: JournalKind.COUPON_ISSUE,
    Operation.CLAIM_COUPON: JournalKind.COUPON_CLAIM,
    Operation.REDEEM: JournalKind.REDEMPTION,
    Operation.ROLLBACK_REDEMPTION: JournalKind.REDEMPTION_ROLLBACK,
    Operation.CANCEL_CHARGE: JournalKind.CHARGE_CANCEL,
    Operation.REMIND: JournalKind.EXPIRY_REMINDER,
    Operation.CONVERT: JournalKind.CONVERSION,
    Operation.CHANGE_BUDGET: JournalKind.BUDGET_CHANGE,
    Operation.TOP_UP: JournalKind.CHARGE,
    Operation.CANCEL_TOP_UP: JournalKind.CHARGE_CANCEL,
}
"""The journal that an operation posts."""


class Outcome(IntEnum):
    """How a key ended."""

    SETTLED = 0
    REFUSED = 1
    ABANDONED = 2


class HoldState(IntEnum):
    """Where a hold is."""

    OPEN = 0
    CAPTURED = 1
    VOIDED = 2
    LAPSED = 3


class GuardKind(IntEnum):
    """What a guard counts."""

    REFUNDED = 1
    PROGRAMME_CAP = 2
    EARNED_PER_DAY = 3
    EARNED_PER_MONTH = 4
    CLAWED_BACK = 5
    VOUCHER_STAGE = 10
    VOUCHER_SOLD = 11
    VOUCHER_PERSON = 12
    VOUCHER_HOUSEHOLD = 13
    VOUCHER_GIFT = 14
    GRANT_PROPOSAL = 30
    BULK_GRANT_CLOSED = 31
    COUPON_STOCK = 20
    COUPON_PERSON = 21
    COUPON_DAY = 22
    COUPON_CLAIMS = 23
    ROLLED_BACK = 24
    EXPIRY_REMINDED = 40
    CONVERTED_TODAY = 41
    HOUSEHOLD_CAP = 42


CAPS = frozenset({GuardKind.PROGRAMME_CAP, GuardKind.HOUSEHOLD_CAP})
"""Guards whose every change its journal keeps, so that it can be given back, and audited."""


class Channel(IntEnum):
    """How the parties met."""

    MPM = 1
    CPM = 2
    DESK = 3
    MACHINE = 4
    PROVIDER = 5
    APP = 6


class Instrument(IntEnum):
    """What the payer held in the hand."""

    APP = 1
    QR_CARD = 2
    IC_CARD = 3
    MY_NUMBER_CARD = 4
    PAPER = 5


class Funding(IntEnum):
    """Where value came from."""

    NONE = 0
    CASH = 1
    PUBLIC_BUDGET = 2
    CARD = 3
    BANK = 4


class LotOrigin(IntEnum):
    """What made a lot."""

    NONE = 0
    CHARGE = 1
    GRANT = 2
    VOUCHER = 3


NONE_LOT = 0
"""The lot of accounts that have no source or expiry of their own: payables, cash, issuance."""

SYSTEM_ACTOR = UUID("00000000-0000-7000-8000-000000000001")
"""Who acts when a rule acts by itself, such as the lapse of a hold."""
