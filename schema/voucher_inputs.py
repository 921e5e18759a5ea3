"""Inputs of vouchers. Nothing here defaults to a meaning of money."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from schema.enums import LegalProfile
from schema.ids import ID
from schema.inputs import KEY, UNTIL, WalletReference
from schema.scalars import Amount
from schema.value_inputs import TOWN, AcceptanceInput, EligibilityInput, HoursInput
from schema.voucher_enums import VoucherTemplate

CODE = "Short name within the town, letters, digits and _, at most 29; one product's for ever."
STOCK = "How many units are sold at most, 1 to 10,000,000."
PER_PERSON = "The most units for one person, over all wallets; at most the stock."
PER_HOUSEHOLD = (
    "The most units for one household, as the desk has recorded it; absent: no limit. With a limit, only people with a"
    " recorded household may buy."
)
SALE_FROM = "From when it is sold. UTC."
SALE_UNTIL = "Until when it is sold, exclusive. UTC."
USE_FROM = "From when the vouchers may be used; not before the sale. UTC."
LAST_DAY = "The last day on which they may be used; not before the sale ends. Civil date in Asia/Tokyo."
BUDGET = (
    "The programme of kind GRANT whose budget pays the premium: approving sets aside the premium of all units from it."
    " Absent: the town has declared no budget."
)
WHO = "Who may buy; anybody when absent, visitors too."
UNITS = "How many units, from 1. 口数"


@strawberry.input(description="One kind of voucher in a unit. 券種")
class SubVoucherInput:
    """One kind of voucher in a unit."""

    name_ja: str = strawberry.field(description="Its name in Japanese, at most 60 characters.")
    name_en: str = strawberry.field(description="Its name in English, at most 60 characters.")
    face_value: Amount = strawberry.field(description="Its part of a unit's face value. Whole units.")
    minimum_unit: Amount = strawberry.field(
        description="The least that may be used of it, and its multiples; 1: by the yen. Divides the face value."
    )
    free: bool = strawberry.field(
        description="True: given free of charge beside what is paid; such parts are at most the premium. プレミアム分"
    )
    acceptance: AcceptanceInput | None = strawberry.field(
        default=None, description="Where it may be used; every shop of the town when absent."
    )


@strawberry.input(description="What a voucher product is. It does not change once it is made.")
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
        description="Why the face value is below the price, where it is; at most 200 characters. For the town's staff.",
    )
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
    legal_profile: LegalProfile = strawberry.field(description="Who issues it.")
    six_month_exempt: bool = strawberry.field(
        description="True: exempt because it ends within six months of the first day of the sale."
    )
    funding_programme_id: ID | None = strawberry.field(default=None, description=BUDGET)


@strawberry.input(description="Asks what a voucher product would cost, before it is made.")
class PreviewVoucherProductInput:
    """Asks what a product would cost."""

    municipality: str = strawberry.field(description=TOWN)
    product: VoucherProductInput = strawberry.field(description="Its terms; nothing is stored.")


@strawberry.input(description="A new voucher product, as a draft.")
class CreateVoucherProductInput:
    """A new voucher product."""

    municipality: str = strawberry.field(description=TOWN)
    product: VoucherProductInput = strawberry.field(description="Its terms.")


@strawberry.input(description="A new voucher product from a template, as a draft.")
class CreateVoucherProductFromTemplateInput:
    """A new voucher product from a template."""

    municipality: str = strawberry.field(description=TOWN)
    template: VoucherTemplate = strawberry.field(description="Its price, face value and kinds. The town issues it.")
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


@strawberry.input(description="A draft goes to a second officer.")
class SubmitVoucherProductInput:
    """A draft goes to a second officer."""

    product_id: ID = strawberry.field(description="The draft.")


@strawberry.input(description="Another officer approves: the product is published and its money set aside.")
class ApproveVoucherProductInput:
    """Another officer approves."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    product_id: ID = strawberry.field(description="The product in review; submitted by somebody else.")
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)


@strawberry.input(description="The sale ends; what is not sold goes back.")
class CloseVoucherProductInput:
    """The sale ends."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    product_id: ID = strawberry.field(description="The published product.")
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)


@strawberry.input(description="Buying units of a voucher product.")
class PurchaseVoucherInput:
    """Buying with coin."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    wallet_id: ID = strawberry.field(description="The wallet that pays, and gets the vouchers unless they are a gift.")
    product_id: ID = strawberry.field(description="The product, of the wallet's town.")
    units: int = strawberry.field(description=UNITS)
    funding_token: str | None = strawberry.field(
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


@strawberry.input(description="Selling units of a voucher product for cash over a counter.")
class SellVoucherInput:
    """Selling for cash."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    wallet: WalletReference = strawberry.field(description="The wallet that gets the vouchers; of an app or a card.")
    product_id: ID = strawberry.field(description="The product, of the wallet's town.")
    units: int = strawberry.field(description=UNITS)
    store_id: ID | None = strawberry.field(
        default=None, description="The agent's shop that takes the cash; the municipal desk when absent."
    )
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)


@strawberry.input(description="New numbers for a gift. Those of before are worth nothing from then on.")
class IssueGiftNumbersInput:
    """New numbers for a gift."""

    gift_id: ID = strawberry.field(description="The gift, bought by a wallet of the viewer.")
    pin: str = strawberry.field(
        description="4 to 8 digits, told to the receiver apart from the numbers. Never stored as it is. 暗証番号"
    )


@strawberry.input(description="Activating a gift: its vouchers come into the wallet, once.")
class ActivateGiftInput:
    """Activating a gift."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    wallet_id: ID = strawberry.field(description="The wallet that gets the vouchers, of the gift's town.")
    gift_id: ID = strawberry.field(description="The gift's id, as whoever bought it handed it on.")
    serial_number: str = strawberry.field(description="The gift's serial number, 12 digits. 券番号")
    secret_number: str = strawberry.field(description="The gift's secret number, 26 letters and digits. 秘匿番号")
    pin: str = strawberry.field(description="The PIN that the giver chose. 暗証番号")
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)
