"""Refusals of vouchers.

StoredRefusal        SoldOut, UnitsExceeded, GiftUsed, VoucherEnded
UnstoredRefusal      UnknownVoucher, VoucherState, VoucherNotOnSale, VoucherBudget, GiftCode, GiftLocked
"""

from dataclasses import dataclass

from domain.refusals import Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class SoldOutError(StoredRefusal):
    """More units than are left."""

    units_left: int
    code = "SOLD_OUT"


@dataclass(eq=False)
class UnitsExceededError(StoredRefusal):
    """More units than the person or household may still buy."""

    units_left: int
    code = "UNITS_EXCEEDED"


@dataclass(eq=False)
class GiftUsedError(StoredRefusal):
    """The gift has been activated, or taken back by its town."""

    code = "GIFT_USED"
    retry = Retry.NEVER


@dataclass(eq=False)
class VoucherEndedError(StoredRefusal):
    """The last day of the vouchers is over."""

    code = "VOUCHER_ENDED"
    retry = Retry.NEVER


@dataclass(eq=False)
class UnknownVoucherError(UnstoredRefusal):
    """No such product or gift in the town, or not one for this person."""

    code = "UNKNOWN_VOUCHER"
    retry = Retry.NEVER


@dataclass(eq=False)
class VoucherStateError(UnstoredRefusal):
    """The product is not where this step begins; `voucher_state` says where it is."""

    voucher_state: str
    code = "VOUCHER_STATE"
    retry = Retry.NEVER


@dataclass(eq=False)
class VoucherNotOnSaleError(UnstoredRefusal):
    """Before the sale begins, after its end, or closed."""

    code = "VOUCHER_NOT_ON_SALE"


@dataclass(eq=False)
class VoucherBudgetError(UnstoredRefusal):
    """The declared budget does not cover the premium of all units; the same key may succeed once it does.

    Whole units.
    """

    required: int
    available: int
    code = "VOUCHER_BUDGET"


@dataclass(eq=False)
class GiftCodeError(UnstoredRefusal):
    """One of the gift's numbers or its PIN is wrong; which of them is not told."""

    code = "GIFT_CODE"


@dataclass(eq=False)
class GiftLockedError(UnstoredRefusal):
    """Too many wrong attempts: whoever bought it must issue new numbers."""

    code = "GIFT_LOCKED"
