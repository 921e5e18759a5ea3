"""Vouchers: input in, one domain call, a view out."""

from uuid import UUID

from domain.assets.expiry import after
from domain.assets.kinds import LegalProfile
from domain.ledger.kinds import Operation
from domain.ledger.receipt import Receipt
from domain.ledger.refusals import UnknownPayeeError, UnknownWalletError
from domain.programmes.refusals import UnknownProgrammeError
from domain.vouchers import create as creating
from domain.vouchers import funded
from domain.vouchers import gift as gifts
from domain.vouchers import preview as previewing
from domain.vouchers import publish as publishing
from domain.vouchers import purchase as purchasing
from domain.vouchers.gift_code import GiftNumbers
from domain.vouchers.kinds import VoucherTemplate
from domain.vouchers.product import Part, Terms, VoucherProduct
from domain.vouchers.receipts import BoughtUnits
from domain.vouchers.refusals import GiftCodeError, UnknownVoucherError
from domain.vouchers.template import Occasion, from_template
from resolvers.money import balances_after
from resolvers.payments import actor, journal_of, wallet_of
from resolvers.value import acceptance_of, eligibility_of, hours_of, town_of
from resolvers.views import BalanceAfter
from resolvers.voucher_reads import gift_for, shown
from resolvers.voucher_views import (
    ActivateGiftSuccess,
    ApproveVoucherProductSuccess,
    CloseVoucherProductSuccess,
    CreateVoucherProductSuccess,
    GiftActivation,
    IssueGiftNumbersSuccess,
    PreviewVoucherProductSuccess,
    ProductView,
    PurchaseVoucherSuccess,
    SellVoucherSuccess,
    SubmitVoucherProductSuccess,
    VoucherPurchase,
)
from schema.context import MeguruInfo
from schema.ids import ID, Prefix, read
from schema.voucher_inputs import (
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
    VoucherProductInput,
)


async def preview_voucher_product(info: MeguruInfo, input: PreviewVoucherProductInput) -> PreviewVoucherProductSuccess:
    """What a product would cost, before it is made."""
    viewer = actor(info, "previewVoucherProduct")
    town = await town_of(input.municipality)
    terms = _terms(input.product, town)
    return PreviewVoucherProductSuccess(
        await previewing.preview(info.context.services, viewer, town, terms, input.product.premium_rate_bp)
    )


async def create_voucher_product(info: MeguruInfo, input: CreateVoucherProductInput) -> CreateVoucherProductSuccess:
    """A new draft."""
    viewer = actor(info, "createVoucherProduct")
    town = await town_of(input.municipality)
    terms = _terms(input.product, town)
    made = await creating.create_product(info.context.services, viewer, town, terms, input.product.premium_rate_bp)
    return CreateVoucherProductSuccess(await _shown(info, made))


async def create_voucher_product_from_template(
    info: MeguruInfo, input: CreateVoucherProductFromTemplateInput
) -> CreateVoucherProductSuccess:
    """A new draft from a template."""
    viewer = actor(info, "createVoucherProductFromTemplate")
    town = await town_of(input.municipality)
    funding = _programme(input.funding_programme_id, town)
    occasion = Occasion(
        input.code,
        input.name_ja,
        input.name_en,
        input.stock,
        input.units_per_person,
        input.units_per_household,
        input.sale_starts_at,
        input.sale_ends_at,
        input.usable_from,
        after(input.expires_on),
        eligibility_of(input.eligibility),
        funding,
    )
    made = await creating.create_product(
        info.context.services, viewer, town, from_template(VoucherTemplate[input.template.name], occasion)
    )
    return CreateVoucherProductSuccess(await _shown(info, made))


async def submit_voucher_product(info: MeguruInfo, input: SubmitVoucherProductInput) -> SubmitVoucherProductSuccess:
    """The first officer's word."""
    viewer = actor(info, "submitVoucherProduct")
    submitted = await publishing.submit_product(info.context.services, viewer, *_product(input.product_id))
    return SubmitVoucherProductSuccess(await _shown(info, submitted))


async def approve_voucher_product(info: MeguruInfo, input: ApproveVoucherProductInput) -> ApproveVoucherProductSuccess:
    """The second officer's word: published, with its budget."""
    viewer = actor(info, "approveVoucherProduct")
    what = publishing.Step(input.idempotency_key, *_product(input.product_id), input.valid_until)
    product, posted = await publishing.approve_product(info.context.services, viewer, what)
    return ApproveVoucherProductSuccess(await _shown(info, product), posted.replayed)


async def close_voucher_product(info: MeguruInfo, input: CloseVoucherProductInput) -> CloseVoucherProductSuccess:
    """The end of the sale."""
    viewer = actor(info, "closeVoucherProduct")
    what = publishing.Step(input.idempotency_key, *_product(input.product_id), input.valid_until)
    product, posted = await publishing.close_product(info.context.services, viewer, what)
    return CloseVoucherProductSuccess(await _shown(info, product), posted.receipt.amount, posted.replayed)


async def purchase_voucher(info: MeguruInfo, input: PurchaseVoucherInput) -> PurchaseVoucherSuccess:
    """Buys with coin."""
    viewer = actor(info, "purchaseVoucher")
    municipality, wallet_id = _wallet(input.wallet_id)
    info.context.municipality = municipality
    what = purchasing.Purchase(
        input.idempotency_key,
        municipality,
        wallet_id,
        _product_of(input.product_id, municipality),
        input.units,
        bool(input.gift),
        input.valid_until,
    )
    if input.funding_token is None:
        posted = await purchasing.purchase(info.context.services, viewer, what)
    else:
        posted = await funded.purchase_with_funding(info.context.services, viewer, what, input.funding_token)
    journal = journal_of(posted, viewer, Operation.PURCHASE_VOUCHER, wallet_id, None)
    return PurchaseVoucherSuccess(
        VoucherPurchase(journal), _balances(posted.receipt), (municipality, wallet_id), posted.replayed
    )


async def sell_voucher(info: MeguruInfo, input: SellVoucherInput) -> SellVoucherSuccess:
    """Sells for cash."""
    viewer = actor(info, "sellVoucher")
    municipality, wallet_id = wallet_of(input.wallet)
    info.context.municipality = municipality
    store = None if input.store_id is None else read(Prefix.STORE, input.store_id)
    if input.store_id is not None and (store is None or store[0] != municipality):
        raise UnknownPayeeError
    what = purchasing.Sale(
        input.idempotency_key,
        municipality,
        wallet_id,
        _product_of(input.product_id, municipality),
        input.units,
        None if store is None else store[1],
        input.valid_until,
    )
    posted = await purchasing.sell(info.context.services, viewer, what)
    journal = journal_of(posted, viewer, Operation.SELL_VOUCHER, wallet_id, what.store_id)
    return SellVoucherSuccess(VoucherPurchase(journal), _balances(posted.receipt), posted.replayed)


async def issue_gift_numbers(info: MeguruInfo, input: IssueGiftNumbersInput) -> IssueGiftNumbersSuccess:
    """New numbers for a gift."""
    viewer = actor(info, "issueGiftNumbers")
    found = read(Prefix.VOUCHER_GIFT, input.gift_id)
    if found is None:
        raise UnknownVoucherError
    numbers = await gifts.issue_numbers(info.context.services, viewer, *found, input.pin)
    gift = await gift_for(info, *found)
    if gift is None:
        raise UnknownVoucherError
    return IssueGiftNumbersSuccess(gift, numbers.serial, numbers.secret)


async def activate_gift(info: MeguruInfo, input: ActivateGiftInput) -> ActivateGiftSuccess:
    """A gift comes into a wallet of the viewer."""
    viewer = actor(info, "activateGift")
    municipality, wallet_id = _wallet(input.wallet_id)
    found = read(Prefix.VOUCHER_GIFT, input.gift_id)
    if found is None or found[0] != municipality:
        raise GiftCodeError
    numbers = GiftNumbers(input.serial_number, input.secret_number)
    what = gifts.Activation(
        input.idempotency_key, municipality, found[1], wallet_id, numbers, input.pin, input.valid_until
    )
    posted = await gifts.activate(info.context.services, viewer, what)
    journal = journal_of(posted, viewer, Operation.ACTIVATE_GIFT, wallet_id, None, None, found[1])
    return ActivateGiftSuccess(GiftActivation(journal), balances_after(posted.receipt, sign=1), posted.replayed)


async def _shown(info: MeguruInfo, product: VoucherProduct) -> ProductView:
    seen = await shown(info, product.municipality, [product])
    if not seen:
        raise UnknownVoucherError
    return seen[0]


def _terms(given: VoucherProductInput, town: int) -> Terms:
    parts = tuple(
        Part(
            part.name_ja,
            part.name_en,
            part.face_value,
            part.minimum_unit,
            part.free,
            acceptance_of(part.acceptance, town),
        )
        for part in given.sub_vouchers
    )
    return Terms(
        given.code,
        given.name_ja,
        given.name_en,
        given.price,
        given.face_value,
        parts,
        given.stock,
        given.units_per_person,
        given.units_per_household,
        given.sale_starts_at,
        given.sale_ends_at,
        given.usable_from,
        after(given.expires_on),
        hours_of(given.usable_hours),
        eligibility_of(given.eligibility),
        LegalProfile[given.legal_profile.name],
        given.six_month_exempt,
        _programme(given.funding_programme_id, town),
        given.below_price_reason or "",
    )


def _programme(unchecked: ID | None, municipality: int) -> UUID | None:
    if unchecked is None:
        return None
    found = read(Prefix.PROGRAMME, unchecked)
    if found is None or found[0] != municipality:
        raise UnknownProgrammeError
    return found[1]


def _product(unchecked: ID) -> tuple[int, UUID]:
    found = read(Prefix.VOUCHER_PRODUCT, unchecked)
    if found is None:
        raise UnknownVoucherError
    return found


def _product_of(unchecked: ID, municipality: int) -> UUID:
    found = _product(unchecked)
    if found[0] != municipality:
        raise UnknownVoucherError
    return found[1]


def _wallet(unchecked: ID) -> tuple[int, UUID]:
    found = read(Prefix.WALLET, unchecked)
    if found is None:
        raise UnknownWalletError
    return found


def _balances(receipt: Receipt) -> list[BalanceAfter]:
    """What a purchase did to the wallet: vouchers in (unless they are a gift), coin out."""
    moved: dict[int, int] = {}
    for portion in receipt.lots:
        moved[portion.asset] = moved.get(portion.asset, 0) + portion.amount
    for portion in receipt.section(BoughtUnits).paid:
        moved[portion.asset] = moved.get(portion.asset, 0) - portion.amount
    return [BalanceAfter(asset, moved[asset], posted) for asset, posted in receipt.balances.items()]
