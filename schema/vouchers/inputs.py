"""Inputs of vouchers. Nothing here defaults to a meaning of money."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from domain.assets.expiry import after
from domain.programmes.refusals import UnknownProgrammeError
from domain.residents.receive_codes import Receiver
from domain.vouchers.gift import Activation
from domain.vouchers.gift_code import GiftNumbers
from domain.vouchers.product import SubVoucher, Terms
from domain.vouchers.publish import Step
from domain.vouchers.purchase import Purchase, Sale
from domain.vouchers.refusals import GiftCodeError, UnknownVoucherError
from domain.vouchers.template import TemplateTerms, from_template
from schema.assets.enums import LegalProfile
from schema.conditions.inputs import (
    AcceptanceInput,
    EligibilityInput,
    HoursInput,
    acceptance_of,
    eligibility_of,
    hours_of,
)
from schema.core.ids import ID, Prefix, key_in, key_of
from schema.core.scalars import Amount
from schema.core.secret import secret_field
from schema.keys.inputs import KEY, UNTIL
from schema.municipalities.types import MUNICIPALITY
from schema.residents.inputs import WalletReference
from schema.stores.payee import store_key
from schema.vouchers.enums import VoucherTemplate

CODE = "Short name within the municipality, letters, digits and _, at most 29; one product's for ever."
STOCK = "The most units that are sold, 1 to 10,000,000."
PER_PERSON = "The most units for one person, over all wallets; at most the stock."
PER_HOUSEHOLD = (
    "The most units for one household, as the desk has recorded it; absent: no limit. With a limit, only people with a"
    " recorded household may buy."
)
SALE_FROM = "Time from which it is sold, in UTC."
SALE_UNTIL = "Time until which it is sold, exclusive, in UTC."
USE_FROM = "Time from which the vouchers may be used, in UTC; not before the sale."
LAST_DAY = "Last day on which they may be used, in Asia/Tokyo; not before the sale ends."
BUDGET = (
    "The programme of kind GRANT whose budget pays the premium: approving sets aside the premium of all units from it."
    " Absent: the municipality has declared no budget."
)
WIDER = (
    "Why coin that residents charged may buy it although the vouchers end later than that coin, or more stores take"
    " them; at most 200 characters. Absent: such coin does not pay (VALUE_BOUND). Only for a municipal issuer, and"
    " never for value that is exempt by its six months."
)
WHO = "Who may buy; anybody when absent, visitors too."
UNITS = "How many units, from 1. 口数"


def product_key(unchecked: str) -> tuple[int, UUID]:
    """Municipality and key of a voucher product's id; UnknownVoucherError for every other text."""
    return key_of(Prefix.VOUCHER_PRODUCT, unchecked, UnknownVoucherError)


def product_id_in(unchecked: str, municipality: int) -> UUID:
    """The key of a voucher product of a municipality by its id; UnknownVoucherError for every other text."""
    return key_in(Prefix.VOUCHER_PRODUCT, unchecked, municipality, UnknownVoucherError)


def _funding_programme(unchecked: str | None, municipality: int) -> UUID | None:
    return None if unchecked is None else key_in(Prefix.PROGRAMME, unchecked, municipality, UnknownProgrammeError)


@strawberry.input(description="One kind of voucher in a unit. 券種")
class SubVoucherInput:
    """One kind of voucher in a unit."""

    name_ja: str = strawberry.field(description="Its name in Japanese, at most 60 characters.")
    name_en: str = strawberry.field(description="Its name in English, at most 60 characters.")
    face_value: Amount = strawberry.field(description="Its part of a unit's face value. Whole units.")
    minimum_unit: Amount = strawberry.field(
        description="The least that may be spent of it, and its multiples; 1: by the yen. Divides the face value."
    )
    free: bool = strawberry.field(
        description=(
            "True: given free of charge in addition to what is paid; such parts are at most the premium. プレミアム分"
        )
    )
    acceptance: AcceptanceInput | None = strawberry.field(
        default=None, description="Where it may be used; every store of the municipality when absent."
    )

    def part(self, municipality: int) -> SubVoucher:
        """The kind of voucher in a municipality; InvalidInputError names the field that is wrong."""
        return SubVoucher(
            name_ja=self.name_ja,
            name_en=self.name_en,
            face_value=self.face_value,
            minimum_unit=self.minimum_unit,
            free=self.free,
            acceptance=acceptance_of(self.acceptance, municipality),
        )


@strawberry.input(description="What a voucher product is. It does not change once it is created.")
class VoucherProductInput:
    """What a voucher product is."""

    code: str = strawberry.field(description=CODE)
    name_ja: str = strawberry.field(description="Its name in Japanese, at most 60 characters.")
    name_en: str = strawberry.field(description="Its name in English, at most 60 characters.")
    price: Amount = strawberry.field(description="What a unit costs. Whole units. 販売価格")
    face_value: Amount = strawberry.field(description="What a unit is worth: the sum of its kinds. Whole units. 額面")
    premium_rate_bp: int | None = strawberry.field(
        default=None,
        description=(
            "(face - price) / price in hundredths of a percent, rounded down, to be checked; at most 10,000."
            " プレミアム率"
        ),
    )
    below_price_reason: str | None = strawberry.field(
        default=None,
        description=(
            "Why the face value is below the price, where it is; at most 200 characters. For the municipality's staff."
        ),
    )
    wider_than_coin_reason: str | None = strawberry.field(default=None, description=WIDER)
    sub_vouchers: list[SubVoucherInput] = strawberry.field(description="The kinds of voucher in a unit, 1 to 10.")
    stock: int = strawberry.field(description=STOCK)
    units_per_person: int = strawberry.field(description=PER_PERSON)
    units_per_household: int | None = strawberry.field(default=None, description=PER_HOUSEHOLD)
    sale_starts_at: datetime = strawberry.field(description=SALE_FROM)
    sale_ends_at: datetime = strawberry.field(description=SALE_UNTIL)
    usable_from: datetime = strawberry.field(description=USE_FROM)
    expires_on: date = strawberry.field(description=LAST_DAY)
    usable_hours: HoursInput | None = strawberry.field(
        default=None, description="On which days and at which hours; always when absent."
    )
    eligibility: EligibilityInput | None = strawberry.field(default=None, description=WHO)
    legal_profile: LegalProfile = strawberry.field(description="Who issues it, in terms of the Payment Services Act.")
    six_month_exempt: bool = strawberry.field(
        description="True: exempt because it expires within six months of the first day of the sale."
    )
    funding_programme_id: ID | None = strawberry.field(default=None, description=BUDGET)

    def terms(self, municipality: int) -> Terms:
        """The terms in a municipality; InvalidInputError for conditions, UnknownProgrammeError for the budget."""
        return Terms(
            code=self.code,
            name_ja=self.name_ja,
            name_en=self.name_en,
            price=self.price,
            face_value=self.face_value,
            parts=tuple(sub_voucher.part(municipality) for sub_voucher in self.sub_vouchers),
            stock=self.stock,
            units_per_person=self.units_per_person,
            units_per_household=self.units_per_household,
            sale_starts_at=self.sale_starts_at,
            sale_ends_at=self.sale_ends_at,
            usable_from=self.usable_from,
            expires_at=after(self.expires_on),
            hours=hours_of(self.usable_hours),
            eligibility=eligibility_of(self.eligibility),
            legal_profile=self.legal_profile,
            six_month_exempt=self.six_month_exempt,
            funding_programme=_funding_programme(self.funding_programme_id, municipality),
            below_price_reason=self.below_price_reason or "",
            wider_than_coin_reason=self.wider_than_coin_reason or "",
        )


@strawberry.input(description="Asks what a voucher product would cost, before it is created.")
class PreviewVoucherProductInput:
    """Asks what a product would cost."""

    municipality: str = strawberry.field(description=MUNICIPALITY)
    product: VoucherProductInput = strawberry.field(description="Its terms; nothing is stored.")


@strawberry.input(description="A new voucher product, as a draft.")
class CreateVoucherProductInput:
    """A new voucher product."""

    municipality: str = strawberry.field(description=MUNICIPALITY)
    product: VoucherProductInput = strawberry.field(description="Its terms.")


@strawberry.input(description="A new voucher product from a template, as a draft.")
class CreateVoucherProductFromTemplateInput:
    """A new voucher product from a template."""

    municipality: str = strawberry.field(description=MUNICIPALITY)
    template: VoucherTemplate = strawberry.field(
        description="Its price, face value and kinds. The municipality issues it."
    )
    code: str = strawberry.field(description=CODE)
    name_ja: str | None = strawberry.field(
        default=None, description="Its name in Japanese; the template's when absent."
    )
    name_en: str | None = strawberry.field(default=None, description="Its name in English; the template's when absent.")
    stock: int = strawberry.field(description=STOCK)
    units_per_person: int = strawberry.field(description=PER_PERSON)
    units_per_household: int | None = strawberry.field(default=None, description=PER_HOUSEHOLD)
    sale_starts_at: datetime = strawberry.field(description=SALE_FROM)
    sale_ends_at: datetime = strawberry.field(description=SALE_UNTIL)
    usable_from: datetime = strawberry.field(description=USE_FROM)
    expires_on: date = strawberry.field(description=LAST_DAY)
    eligibility: EligibilityInput | None = strawberry.field(default=None, description=WHO)
    funding_programme_id: ID | None = strawberry.field(default=None, description=BUDGET)
    wider_than_coin_reason: str | None = strawberry.field(default=None, description=WIDER)

    def terms(self, municipality: int) -> Terms:
        """The template's terms in a municipality; UnknownProgrammeError for a budget that is not of it."""
        terms = TemplateTerms(
            code=self.code,
            name_ja=self.name_ja,
            name_en=self.name_en,
            stock=self.stock,
            units_per_person=self.units_per_person,
            units_per_household=self.units_per_household,
            sale_starts_at=self.sale_starts_at,
            sale_ends_at=self.sale_ends_at,
            usable_from=self.usable_from,
            expires_at=after(self.expires_on),
            eligibility=eligibility_of(self.eligibility),
            funding_programme=_funding_programme(self.funding_programme_id, municipality),
            wider_than_coin_reason=self.wider_than_coin_reason or "",
        )
        return from_template(self.template, terms)


@strawberry.input(description="Submits a draft to a second officer.")
class SubmitVoucherProductInput:
    """Submits a draft."""

    product_id: ID = strawberry.field(description="The draft.")


@strawberry.input(description="Another officer approves: the product is published and its money set aside.")
class ApproveVoucherProductInput:
    """Another officer approves."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    product_id: ID = strawberry.field(description="The product in review; submitted by somebody else.")
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)

    def step(self) -> Step:
        """The approval; UnknownVoucherError for a text that names no product."""
        return _step(self.idempotency_key, self.product_id, self.valid_until)


@strawberry.input(description="Closes the sale; what is not sold goes back.")
class CloseVoucherProductInput:
    """Closes the sale."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    product_id: ID = strawberry.field(description="The published product.")
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)

    def step(self) -> Step:
        """The closing; UnknownVoucherError for a text that names no product."""
        return _step(self.idempotency_key, self.product_id, self.valid_until)


def _step(key: UUID, product_id: ID, valid_until: datetime | None) -> Step:
    municipality, product = product_key(product_id)
    return Step(key=key, municipality=municipality, product_id=product, valid_until=valid_until)


@strawberry.input(description="Buying units of a voucher product.")
class PurchaseVoucherInput:
    """Buying with coin or by a payment service."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    wallet_id: ID = strawberry.field(description="The wallet that pays, and gets the vouchers unless they are a gift.")
    product_id: ID = strawberry.field(description="The product, of the wallet's municipality.")
    units: int = strawberry.field(description=UNITS)
    funding_token: str | None = secret_field(
        default=None,
        description=(
            "A token of the payment service that pays, at most 500 characters, never stored. Absent: coin of the wallet"
            " pays."
        ),
    )
    gift: bool | None = strawberry.field(
        default=None, description="True: for somebody else, who activates it by the numbers of `issueGiftNumbers`."
    )
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)

    def purchase(self, municipality: int, wallet_id: UUID) -> Purchase:
        """The purchase; UnknownVoucherError for a product that is not of the municipality."""
        return Purchase(
            key=self.idempotency_key,
            municipality=municipality,
            wallet_id=wallet_id,
            product_id=product_id_in(self.product_id, municipality),
            units=self.units,
            gift=bool(self.gift),
            valid_until=self.valid_until,
        )


@strawberry.input(description="Selling units of a voucher product for cash over a counter.")
class SellVoucherInput:
    """Selling for cash."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    wallet: WalletReference = strawberry.field(description="The wallet that gets the vouchers; of an app or a card.")
    product_id: ID = strawberry.field(description="The product, of the wallet's municipality.")
    units: int = strawberry.field(description=UNITS)
    store_id: ID | None = strawberry.field(
        default=None, description="The agent's store that takes the cash; the municipal desk when absent."
    )
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)

    def sale(self, receiver: Receiver) -> Sale:
        """The sale to that wallet; UnknownPayeeError or UnknownVoucherError for what is of another municipality."""
        store_id = None if self.store_id is None else store_key(self.store_id, receiver.municipality)
        return Sale(
            key=self.idempotency_key,
            municipality=receiver.municipality,
            wallet_id=receiver.wallet_id,
            product_id=product_id_in(self.product_id, receiver.municipality),
            units=self.units,
            store_id=store_id,
            valid_until=self.valid_until,
            code_ended=receiver.ended,
        )


@strawberry.input(description="New numbers for a gift. The earlier ones are void from then on.")
class IssueGiftNumbersInput:
    """New numbers for a gift."""

    gift_id: ID = strawberry.field(description="The gift, bought by a wallet of the viewer.")
    pin: str = secret_field(
        description="4 to 8 digits, given to the receiver apart from the numbers. Only a hash is stored. 暗証番号"
    )

    def gift(self) -> tuple[int, UUID]:
        """Municipality and key of the gift; UnknownVoucherError for a text that names none."""
        return key_of(Prefix.VOUCHER_GIFT, self.gift_id, UnknownVoucherError)


@strawberry.input(description="Activating a gift: its vouchers come into the wallet, once.")
class ActivateGiftInput:
    """Activating a gift."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    wallet_id: ID = strawberry.field(description="The wallet that gets the vouchers, of the gift's municipality.")
    gift_id: ID = strawberry.field(description="The gift's id, as whoever bought it handed it on.")
    serial_number: str = secret_field(description="The gift's serial number, 12 digits. 券番号")
    secret_number: str = secret_field(description="The gift's secret number, 26 letters and digits. 秘匿番号")
    pin: str = secret_field(description="The PIN that the giver chose. 暗証番号")
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)

    def activation(self, municipality: int, wallet_id: UUID) -> Activation:
        """The activation; GiftCodeError for a gift that is not of the municipality."""
        return Activation(
            key=self.idempotency_key,
            municipality=municipality,
            id=key_in(Prefix.VOUCHER_GIFT, self.gift_id, municipality, GiftCodeError),
            wallet_id=wallet_id,
            numbers=GiftNumbers(self.serial_number, self.secret_number),
            pin=self.pin,
            valid_until=self.valid_until,
        )
