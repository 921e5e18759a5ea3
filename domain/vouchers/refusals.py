"""Refusals of vouchers.

StoredRefusal        SoldOut, UnitsExceeded, GiftUsed, VoucherEnded
UnstoredRefusal      UnknownVoucher, VoucherState, VoucherNotOnSale, VoucherBudget, GiftCode, GiftLocked
"""

from dataclasses import dataclass

from domain.refusals import Advice, Retry, StoredRefusal, UnstoredRefusal


@dataclass(eq=False)
class SoldOutError(StoredRefusal):
    """Fewer units are left than were requested. `unitsLeft`: how many."""

    units_left: int
    code = "SOLD_OUT"


@dataclass(eq=False)
class UnitsExceededError(StoredRefusal):
    """The person or household may not buy so many more units.

    `unitsLeft`: how many they may still buy; None for a charge agent, who learns no figures of a person.
    """

    units_left: int | None
    code = "UNITS_EXCEEDED"

    @property
    def message_key(self) -> str:
        """Other words without the figure."""
        return self.code if self.units_left is not None else "UNITS_EXCEEDED_AGENT"


@dataclass(eq=False)
class GiftUsedError(StoredRefusal):
    """The gift has been activated, or its purchase was reversed."""

    code = "GIFT_USED"
    retry = Retry.NEVER


@dataclass(eq=False)
class VoucherEndedError(StoredRefusal):
    """The vouchers have expired."""

    code = "VOUCHER_ENDED"
    retry = Retry.NEVER


@dataclass(eq=False)
class UnknownVoucherError(UnstoredRefusal):
    """The municipality has no such product or gift, or the person may not see it."""

    code = "UNKNOWN_VOUCHER"
    retry = Retry.NEVER


@dataclass(eq=False)
class VoucherStateError(UnstoredRefusal):
    """The product is in a state that does not allow this step. `state`: a value of `VoucherState`."""

    state: str
    code = "VOUCHER_STATE"
    retry = Retry.NEVER


@dataclass(eq=False)
class VoucherNotOnSaleError(UnstoredRefusal):
    """The sale has not begun, has ended or was closed."""

    code = "VOUCHER_NOT_ON_SALE"


@dataclass(eq=False)
class VoucherBudgetError(UnstoredRefusal):
    """The declared budget does not cover the premium of all units. The same key may succeed once it does.

    `required` and `available` in whole units.
    """

    required: int
    available: int
    code = "VOUCHER_BUDGET"


@dataclass(eq=False)
class GiftCodeError(UnstoredRefusal):
    """One of the gift's numbers or its PIN is wrong. The response does not say which."""

    code = "GIFT_CODE"
    advice = Advice.CHANGE_AND_USE_NEW_KEY


@dataclass(eq=False)
class GiftLockedError(UnstoredRefusal):
    """There were too many wrong attempts. The buyer of the gift must issue new numbers."""

    code = "GIFT_LOCKED"
    advice = Advice.CHANGE_AND_USE_NEW_KEY
