"""Refusals of vouchers as the contract shows them."""

import strawberry

from domain.refusals import Refusal
from domain.vouchers import refusals as vouchers
from schema.scalars import Amount
from schema.user_error import UserError
from schema.voucher_enums import VoucherState


@strawberry.type(description="More units than are left.")
class SoldOutError(UserError):
    """See the description."""

    units_left: int = strawberry.field(description="Units that are left.")


@strawberry.type(description="More units than the person or household may still buy.")
class UnitsExceededError(UserError):
    """See the description."""

    units_left: int = strawberry.field(description="Units that may still be bought.")


@strawberry.type(description="No such voucher product or gift, or not one for the viewer.")
class UnknownVoucherError(UserError):
    """See the description."""


@strawberry.type(description="The voucher product is not where this step begins.")
class VoucherStateError(UserError):
    """See the description."""

    voucher_state: VoucherState = strawberry.field(description="Where it is.")


@strawberry.type(description="Before the sale begins, after its end, or closed.")
class VoucherNotOnSaleError(UserError):
    """See the description."""


@strawberry.type(
    description="The declared budget does not cover the premium of all units. The same key may succeed once it does."
)
class VoucherBudgetError(UserError):
    """See the description."""

    required: Amount = strawberry.field(description="The premium of all units. Whole units.")
    available: Amount = strawberry.field(description="What is left of the budget. Whole units.")


@strawberry.type(description="The last day of the vouchers is over.")
class VoucherEndedError(UserError):
    """See the description."""


@strawberry.type(description="One of the gift's numbers or its PIN is wrong; which of them is not told.")
class GiftCodeError(UserError):
    """See the description."""


@strawberry.type(description="Too many wrong attempts: whoever bought the gift must issue new numbers.")
class GiftLockedError(UserError):
    """See the description."""


@strawberry.type(description="The gift has been activated, or taken back.")
class GiftUsedError(UserError):
    """See the description."""


VOUCHERS: dict[type[Refusal], type[UserError]] = {
    vouchers.SoldOutError: SoldOutError,
    vouchers.UnitsExceededError: UnitsExceededError,
    vouchers.UnknownVoucherError: UnknownVoucherError,
    vouchers.VoucherStateError: VoucherStateError,
    vouchers.VoucherNotOnSaleError: VoucherNotOnSaleError,
    vouchers.VoucherBudgetError: VoucherBudgetError,
    vouchers.VoucherEndedError: VoucherEndedError,
    vouchers.GiftCodeError: GiftCodeError,
    vouchers.GiftLockedError: GiftLockedError,
    vouchers.GiftUsedError: GiftUsedError,
}
