"""Root fields of vouchers."""

import strawberry

from domain.approvals.refusals import ApprovalStaleError, ApprovalStateError, ApproverIsProposerError
from domain.assets.refusals import CounterTriesError, UnknownAssetError
from domain.codes.refusals import InvalidCodeError
from domain.funding.refusals import FundingDeclinedError, FundingUnavailableError
from domain.ledger.kinds import Operation
from domain.ledger.refusals import InsufficientBalanceError, UnknownPayeeError, UnknownWalletError, WalletFrozenError
from domain.programmes.refusals import NotEligibleError, UnknownProgrammeError, ValueBoundError
from domain.refusals import InvalidInputError
from domain.tries.refusals import TooManyTriesError
from domain.vouchers.refusals import (
    GiftCodeError,
    GiftLockedError,
    GiftUsedError,
    SoldOutError,
    UnitsExceededError,
    UnknownVoucherError,
    VoucherBudgetError,
    VoucherEndedError,
    VoucherNotOnSaleError,
    VoucherStateError,
)
from resolvers import vouchers
from schema.core.fields import COUNTER, EVERYBODY, FINANCE, OFFICERS, RESIDENT, mutation, query
from schema.vouchers.results import (
    ActivateGiftPayload,
    ApproveVoucherProductPayload,
    CloseVoucherProductPayload,
    CreateVoucherProductPayload,
    IssueGiftNumbersPayload,
    PreviewVoucherProductPayload,
    PurchaseVoucherPayload,
    SellVoucherPayload,
    SubmitVoucherProductPayload,
)
from schema.vouchers.types import VoucherProduct

TERMS = (InvalidInputError, UnknownProgrammeError)
SALE = (
    SoldOutError,
    UnitsExceededError,
    VoucherNotOnSaleError,
    UnknownVoucherError,
    NotEligibleError,
    UnknownWalletError,
    WalletFrozenError,
    UnknownAssetError,
    UnknownProgrammeError,
    InvalidInputError,
)


@strawberry.type
class VouchersQuery:
    """Voucher products, and previews of new ones."""

    voucher_products = query(
        vouchers.voucher_products,
        list[VoucherProduct],
        roles=EVERYBODY,
        description=(
            "Voucher products of a municipality, newest first, at most 100 at a time: the next ones follow by `after`."
            " For everybody, also without a token; drafts for the municipality's staff."
        ),
    )
    voucher_product = query(
        vouchers.voucher_product,
        VoucherProduct | None,
        roles=EVERYBODY,
        description=(
            "A voucher product; null for a draft of a municipality that the viewer does not serve. For everybody, also"
            " without a token."
        ),
    )
    preview_voucher_product = query(
        vouchers.preview_voucher_product,
        PreviewVoucherProductPayload,
        roles=OFFICERS,
        refuses=TERMS,
        description=(
            "What a voucher product would cost, and what the law says, without a trace. For finance officers and"
            " auditors of the municipality."
        ),
    )


@strawberry.type
class VouchersMutation:
    """Publishing and selling voucher products; gifts."""

    create_voucher_product = mutation(
        vouchers.create_voucher_product,
        CreateVoucherProductPayload,
        roles=FINANCE,
        refuses=(UnknownVoucherError, *TERMS),
        description="Drafts a voucher product. For finance officers of the municipality.",
    )
    create_voucher_product_from_template = mutation(
        vouchers.create_voucher_product_from_template,
        CreateVoucherProductPayload,
        roles=FINANCE,
        refuses=(UnknownVoucherError, *TERMS),
        description="Drafts a voucher product from a template. For finance officers of the municipality.",
    )
    submit_voucher_product = mutation(
        vouchers.submit_voucher_product,
        SubmitVoucherProductPayload,
        roles=FINANCE,
        refuses=(UnknownVoucherError, VoucherStateError),
        description=(
            "Submits a draft to a second officer. Repeating it changes nothing. For finance officers of the"
            " municipality."
        ),
    )
    approve_voucher_product = mutation(
        vouchers.approve_voucher_product,
        ApproveVoucherProductPayload,
        roles=FINANCE,
        operation=Operation.APPROVE_VOUCHER_PRODUCT,
        refuses=(
            VoucherBudgetError,
            UnknownVoucherError,
            VoucherStateError,
            VoucherNotOnSaleError,
            ApproverIsProposerError,
            ApprovalStaleError,
            ApprovalStateError,
            *TERMS,
        ),
        description=(
            "Publishes a voucher product and sets its budget aside. For finance officers of the municipality, other"
            " than the one who submitted it."
        ),
    )
    close_voucher_product = mutation(
        vouchers.close_voucher_product,
        CloseVoucherProductPayload,
        roles=FINANCE,
        operation=Operation.CLOSE_VOUCHER_PRODUCT,
        refuses=(UnknownVoucherError, VoucherStateError, UnknownProgrammeError),
        description=(
            "Closes the sale and gives back what is not sold; repeated, also what has come back since. For finance"
            " officers of the municipality."
        ),
    )
    purchase_voucher = mutation(
        vouchers.purchase_voucher,
        PurchaseVoucherPayload,
        roles=RESIDENT,
        operation=Operation.PURCHASE_VOUCHER,
        refuses=(InsufficientBalanceError, ValueBoundError, FundingDeclinedError, FundingUnavailableError, *SALE),
        description=(
            "Buys units of a voucher product, first come, first served, with coin or by a payment service. For"
            " residents and visitors."
        ),
    )
    sell_voucher = mutation(
        vouchers.sell_voucher,
        SellVoucherPayload,
        roles=COUNTER,
        operation=Operation.SELL_VOUCHER,
        refuses=(InvalidCodeError, UnknownPayeeError, CounterTriesError, *SALE),
        description=(
            "Sells units of a voucher product for cash. For staff of a store that is a charge agent, and for the"
            " municipal desk."
        ),
    )
    issue_gift_numbers = mutation(
        vouchers.issue_gift_numbers,
        IssueGiftNumbersPayload,
        roles=RESIDENT,
        refuses=(UnknownVoucherError, GiftUsedError, InvalidInputError),
        description=(
            "Issues the numbers of a gift, as often as needed until it is activated. For the people of the wallet that"
            " bought it."
        ),
    )
    activate_gift = mutation(
        vouchers.activate_gift,
        ActivateGiftPayload,
        roles=RESIDENT,
        operation=Operation.ACTIVATE_GIFT,
        refuses=(
            GiftCodeError,
            GiftLockedError,
            TooManyTriesError,
            GiftUsedError,
            VoucherEndedError,
            UnknownWalletError,
            WalletFrozenError,
        ),
        description="Brings a gift's vouchers into a wallet, once. For residents and visitors who have its numbers.",
    )
