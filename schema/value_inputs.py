"""Inputs of value with rules. Nothing here defaults to a meaning of money."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from schema.enums import (
    AssetKind,
    ClawbackRule,
    ExpiryRule,
    LegalProfile,
    ProgrammeKind,
    RefundedAfterExpiry,
    SizeClass,
    Weekday,
)
from schema.ids import ID
from schema.inputs import KEY, UNTIL
from schema.scalars import Amount

TOWN = "The code of the town, 6 digits."


@strawberry.input(description="Days of the week and hours of the day in Asia/Tokyo.")
class HoursInput:
    """Days and hours."""

    weekdays: list[Weekday] | None = strawberry.field(default=None, description="The days; all seven when absent.")
    from_time: str | None = strawberry.field(
        default=None, description="From which time of the day, such as 09:00; 00:00 when absent."
    )
    until_time: str | None = strawberry.field(
        default=None, description="Until which time, exclusive, such as 17:00; 24:00 when absent."
    )


@strawberry.input(
    description=(
        "Where value may be spent. Every kind of condition that is given must hold; nothing given: every shop of the"
        " town."
    )
)
class AcceptanceInput:
    """Where value may be spent."""

    store_ids: list[ID] | None = strawberry.field(default=None, description="These shops only.")
    groups: list[str] | None = strawberry.field(default=None, description="Shops of these group codes.")
    size_classes: list[SizeClass] | None = strawberry.field(default=None, description="Shops of these sizes.")
    areas: list[str] | None = strawberry.field(default=None, description="Shops of these area codes.")
    categories: list[str] | None = strawberry.field(default=None, description="Shops of these category codes.")
    excluded_categories: list[str] | None = strawberry.field(
        default=None, description="No shop of these category codes. 利用対象外"
    )
    hours: HoursInput | None = strawberry.field(
        default=None, description="On which days and at which hours; always when absent."
    )


@strawberry.input(description="Who may take part. Nothing given: anybody.")
class EligibilityInput:
    """Who may take part."""

    residents_only: bool | None = strawberry.field(
        default=None, description="Only people whose residence in the town is verified."
    )
    age_from: int | None = strawberry.field(default=None, description="The least age that is reached in the year.")
    age_to: int | None = strawberry.field(default=None, description="The greatest age that is reached in the year.")


@strawberry.input(description="A new kind of value of a town.")
class CreateAssetInput:
    """A new kind of value."""

    municipality: str = strawberry.field(description=TOWN)
    code: str = strawberry.field(description="Short name within the town, letters, digits and _, at most 32.")
    kind: AssetKind = strawberry.field(description="What it is; not CASH.")
    name_ja: str = strawberry.field(description="Its name in Japanese, at most 60 characters.")
    name_en: str = strawberry.field(description="Its name in English, at most 60 characters.")
    unit_ja: str = strawberry.field(description="The name of one unit in Japanese.")
    unit_en: str = strawberry.field(description="The name of one unit in English.")
    paid: bool = strawberry.field(description="Whether residents pay money for it.")
    legal_profile: LegalProfile = strawberry.field(description="Who issues it.")
    six_month_exempt: bool = strawberry.field(
        description=(
            "True: exempt because it ends within six months of issue; no lot of it can end later, and it cannot be"
            " prolonged."
        )
    )
    expiry_rule: ExpiryRule = strawberry.field(description="When it ends.")
    expires_after_months: int | None = strawberry.field(
        default=None, description="Months of the rules in months, 1 to 120."
    )
    expires_on: date | None = strawberry.field(
        default=None, description="The last usable day of the fixed-date rule. Civil date in Asia/Tokyo."
    )
    acceptance: AcceptanceInput | None = strawberry.field(
        default=None, description="Where it may be spent; every shop of the town when absent."
    )
    minimum_unit: Amount = strawberry.field(
        description="The least that may be spent of it, and its multiples; usually 1. Whole units."
    )
    charge_maximum: Amount = strawberry.field(description="The most that may be charged at once. Whole units.")
    payment_maximum: Amount = strawberry.field(description="The most that may be paid at once. Whole units.")
    balance_cap: Amount | None = strawberry.field(
        default=None, description="The most that a wallet may hold. Whole units; absent: no limit."
    )
    transferable: bool = strawberry.field(description="Whether residents may send it to each other.")
    returns_to_budget: bool = strawberry.field(
        description="True: what ends goes back to its programme's budget. False: to breakage."
    )
    disclosure_ja: str | None = strawberry.field(
        default=None, description="What must be told of it in Japanese, at most 2,000 characters. 情報提供"
    )
    disclosure_en: str | None = strawberry.field(default=None, description="The same in English.")
    refunded_after_expiry: RefundedAfterExpiry | None = strawberry.field(
        default=None, description="What becomes of refunded value whose last day is over; NONE when absent."
    )
    fresh_days: int | None = strawberry.field(
        default=None, description="Days of FRESH_DAYS, 1 to 366, counted from the day after the refund."
    )


@strawberry.input(description="A new programme with its budget.")
class CreateProgrammeInput:
    """A new programme."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    municipality: str = strawberry.field(description=TOWN)
    kind: ProgrammeKind = strawberry.field(description="How it gives value.")
    name_ja: str = strawberry.field(description="Its name in Japanese, at most 60 characters.")
    name_en: str = strawberry.field(description="Its name in English, at most 60 characters.")
    asset_id: ID = strawberry.field(description="What it gives: an unpaid asset of the town.")
    budget: Amount = strawberry.field(description="All that it can ever give. Whole units, from 1.")
    starts_at: datetime = strawberry.field(description="From when it gives. UTC.")
    ends_at: datetime = strawberry.field(description="Until when it gives, exclusive. UTC.")
    cap_per_person: Amount | None = strawberry.field(
        default=None, description="The most for one person over all. Whole units; absent: no limit."
    )
    cap_per_household: Amount | None = strawberry.field(
        default=None,
        description=(
            "The most for one household over all; people whose household is not verified take no part. Whole units;"
            " absent: no limit."
        ),
    )
    eligibility: EligibilityInput | None = strawberry.field(
        default=None, description="Who may take part; anybody when absent."
    )
    acceptance: AcceptanceInput | None = strawberry.field(
        default=None,
        description="Where its value may be spent, beside what the asset says; the asset's word alone when absent.",
    )
    usable_from: datetime | None = strawberry.field(
        default=None, description="From when its value may be spent; at once when absent. UTC."
    )
    expires_on: date | None = strawberry.field(
        default=None,
        description=(
            "The last day on which its value may be spent, if earlier than the asset's own. Civil date in Asia/Tokyo."
        ),
    )
    charged_asset_id: ID | None = strawberry.field(
        default=None, description="For CHARGE_BONUS: the coin whose top-ups get the bonus."
    )
    rate_bp: int | None = strawberry.field(
        default=None, description="For CHARGE_BONUS: hundredths of a percent of the top-up, 1 to 10,000."
    )
    activates_after_days: int | None = strawberry.field(
        default=None,
        description="For EARNING: after how many midnights in Asia/Tokyo the points may be spent, 0 to 60. 0: at once.",
    )
    clawback_rule: ClawbackRule | None = strawberry.field(
        default=None,
        description="For EARNING: what becomes of points that a refund takes back and that were spent already.",
    )


@strawberry.input(description="Staff give value of a programme to a wallet.")
class GrantValueInput:
    """A grant."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    programme_id: ID = strawberry.field(description="The programme; of kind GRANT.")
    wallet_id: ID = strawberry.field(description="The wallet, of the programme's town.")
    amount: Amount = strawberry.field(description="Whole units, 1 to 10,000,000.")
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)


@strawberry.input(
    description="The desk records what it has verified of a wallet's person. What was recorded before is replaced."
)
class RecordClaimInput:
    """What was verified."""

    wallet_id: ID = strawberry.field(description="A wallet of the person, in the desk's town.")
    resident: bool = strawberry.field(description="Whether the person lives in the town.")
    birth_year: int | None = strawberry.field(
        default=None, description="The year of birth in the common era; absent: not verified."
    )
    household_code: str | None = strawberry.field(
        default=None,
        description=(
            "The town's number of the household, at most 64 characters; a hash is kept. Absent: as before; empty: none."
            " 世帯番号"
        ),
    )


@strawberry.input(description="The groups that a town puts a shop into.")
class ClassifyStoreInput:
    """The groups of a shop."""

    store_id: ID = strawberry.field(description="The shop.")
    store_group: str = strawberry.field(description="The town's group code, at most 32 characters; empty: none.")
    size_class: SizeClass = strawberry.field(description="Small or large, as the town draws the line.")
    area: str = strawberry.field(description="The town's area code, at most 32 characters; empty: none.")
