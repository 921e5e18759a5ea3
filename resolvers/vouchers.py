"""Vouchers: input in, one domain call, the contract's type out."""

from typing import Annotated
from uuid import UUID

from strawberry import argument

from domain.identifiers import Prefix
from domain.ledger.kinds import Operation
from domain.vouchers import create, funded, gift, preview, publish, purchase, reads
from domain.vouchers.refusals import UnknownVoucherError
from resolvers.journals import journal_of
from schema.core.context import MeguruInfo
from schema.core.ids import ID, encode, read
from schema.core.node import finds
from schema.core.page import AfterItem, part_of
from schema.core.scalars import Amount
from schema.ledger.balances import balances_after
from schema.municipalities.types import MunicipalityCode, list_of, number_of
from schema.residents.inputs import wallet_key
from schema.vouchers.inputs import (
    ActivateGiftInput,
    ApproveVoucherProductInput,
    CloseVoucherProductInput,
    CreateVoucherProductFromTemplateInput,
    CreateVoucherProductInput,
    IssueGiftNumbersInput,
    PreviewVoucherProductInput,
    PurchaseVoucherInput,
    SellVoucherInput,
    SubmitVoucherProductInput,
    product_key,
)
from schema.vouchers.receipts import GiftActivation, VoucherGift, VoucherPurchase, purchase_balances, voucher_gift_for
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
from schema.vouchers.types import VoucherPreview, VoucherProduct, visible_products, voucher_product_for

ProductId = Annotated[ID, argument(description="The voucher product.")]


@finds(Prefix.VOUCHER_PRODUCT)
async def find_product(info: MeguruInfo, municipality: int, key: UUID) -> VoucherProduct | None:
    """A voucher product; drafts only for the municipality's staff."""
    return await voucher_product_for(info, municipality, key)


@finds(Prefix.VOUCHER_GIFT)
async def find_gift(info: MeguruInfo, municipality: int, key: UUID) -> VoucherGift | None:
    """A gift, for the people of the wallet that bought it."""
    return await voucher_gift_for(info, municipality, key)


async def voucher_products(
    info: MeguruInfo, municipality: MunicipalityCode, after: AfterItem = None
) -> list[VoucherProduct]:
    """The voucher products of a municipality, newest first; drafts only for its staff."""

    async def visible(number: int) -> list[VoucherProduct]:
        return await visible_products(info, number, await reads.of_municipality(number))

    return list(part_of(await list_of(municipality, visible), after, lambda product: encode(*product.key())))


async def voucher_product(info: MeguruInfo, id: ProductId) -> VoucherProduct | None:
    """A voucher product; drafts only for the municipality's staff."""
    key = read(Prefix.VOUCHER_PRODUCT, id)
    return None if key is None else await voucher_product_for(info, *key)


async def preview_voucher_product(info: MeguruInfo, input: PreviewVoucherProductInput) -> PreviewVoucherProductPayload:
    """What a product would cost, before it is created."""
    municipality = await number_of(input.municipality)
    terms, rate_bp = input.product.terms(municipality), input.product.premium_rate_bp
    previewed = await preview.preview(info.context.services, info.context.signed_in, municipality, terms, rate_bp)
    return PreviewVoucherProductPayload(preview=VoucherPreview(preview=previewed))


async def create_voucher_product(info: MeguruInfo, input: CreateVoucherProductInput) -> CreateVoucherProductPayload:
    """Drafts a product."""
    municipality = await number_of(input.municipality)
    terms, rate_bp = input.product.terms(municipality), input.product.premium_rate_bp
    row = await create.create_product(info.context.services, info.context.signed_in, municipality, terms, rate_bp)
    return CreateVoucherProductPayload(product=VoucherProduct(product=row))


async def create_voucher_product_from_template(
    info: MeguruInfo, input: CreateVoucherProductFromTemplateInput
) -> CreateVoucherProductPayload:
    """Drafts a product from a template."""
    municipality = await number_of(input.municipality)
    terms = input.terms(municipality)
    row = await create.create_product(info.context.services, info.context.signed_in, municipality, terms)
    return CreateVoucherProductPayload(product=VoucherProduct(product=row))


async def submit_voucher_product(info: MeguruInfo, input: SubmitVoucherProductInput) -> SubmitVoucherProductPayload:
    """Submits a draft to a second officer."""
    key = product_key(input.product_id)
    row = await publish.submit_product(info.context.services, info.context.signed_in, *key)
    return SubmitVoucherProductPayload(product=VoucherProduct(product=row))


async def approve_voucher_product(info: MeguruInfo, input: ApproveVoucherProductInput) -> ApproveVoucherProductPayload:
    """Publishes a product with its budget, as its second officer."""
    row, posted = await publish.approve_product(info.context.services, info.context.signed_in, input.step())
    return ApproveVoucherProductPayload(product=VoucherProduct(product=row), replayed=posted.replayed)


async def close_voucher_product(info: MeguruInfo, input: CloseVoucherProductInput) -> CloseVoucherProductPayload:
    """Closes the sale."""
    row, posted = await publish.close_product(info.context.services, info.context.signed_in, input.step())
    return CloseVoucherProductPayload(
        product=VoucherProduct(product=row), returned=Amount(posted.receipt.amount), replayed=posted.replayed
    )


async def purchase_voucher(info: MeguruInfo, input: PurchaseVoucherInput) -> PurchaseVoucherPayload:
    """Buys units with coin or by a payment service."""
    municipality, wallet_id = wallet_key(input.wallet_id)
    info.context.municipality = municipality
    services, viewer, request = info.context.services, info.context.signed_in, input.purchase(municipality, wallet_id)
    if input.funding_token is None:
        posted = await purchase.purchase(services, viewer, request)
    else:
        posted = await funded.purchase_with_funding(services, viewer, request, input.funding_token)
    journal = journal_of(posted, viewer=viewer, operation=Operation.PURCHASE_VOUCHER, wallet_id=wallet_id)
    return PurchaseVoucherPayload(
        wallet_key=(municipality, wallet_id),
        purchase=VoucherPurchase(journal=journal, own=True),
        balances=purchase_balances(posted.receipt),
        replayed=posted.replayed,
    )


async def sell_voucher(info: MeguruInfo, input: SellVoucherInput) -> SellVoucherPayload:
    """Sells units for cash."""
    receiver = await input.wallet.receiver()
    info.context.municipality = receiver.municipality
    viewer, request = info.context.signed_in, input.sale(receiver)
    posted = await purchase.sell(info.context.services, viewer, request)
    journal = journal_of(
        posted, viewer=viewer, operation=Operation.SELL_VOUCHER, wallet_id=request.wallet_id, store_id=request.store_id
    )
    receipt = VoucherPurchase(journal=journal)
    return SellVoucherPayload(
        purchase=receipt,
        balances=purchase_balances(posted.receipt) if await receipt.shows_value(info) else None,
        replayed=posted.replayed,
    )


async def issue_gift_numbers(info: MeguruInfo, input: IssueGiftNumbersInput) -> IssueGiftNumbersPayload:
    """Issues new numbers for a gift."""
    key = input.gift()
    numbers = await gift.issue_numbers(info.context.services, info.context.signed_in, *key, input.pin)
    voucher_gift = await voucher_gift_for(info, *key)
    if voucher_gift is None:
        raise UnknownVoucherError
    return IssueGiftNumbersPayload(numbers=numbers, gift=voucher_gift)


async def activate_gift(info: MeguruInfo, input: ActivateGiftInput) -> ActivateGiftPayload:
    """Activates a gift into a wallet of the viewer."""
    municipality, wallet_id = wallet_key(input.wallet_id)
    viewer, request = info.context.signed_in, input.activation(municipality, wallet_id)
    posted = await gift.activate(info.context.services, viewer, request)
    journal = journal_of(
        posted, viewer=viewer, operation=Operation.ACTIVATE_GIFT, wallet_id=wallet_id, linked_journal=request.id
    )
    return ActivateGiftPayload(
        activation=GiftActivation(journal=journal),
        balances=balances_after(posted.receipt, sign=1),
        replayed=posted.replayed,
    )
