"""Inputs of assets. Nothing here defaults to a meaning of money; a change leaves absent fields as they are."""

from datetime import date

import strawberry

from domain.assets.change import AssetChange
from domain.assets.create import NewAsset
from domain.assets.refusals import UnknownAssetError
from schema.assets.enums import AssetKind, ExpiryRule, LegalProfile, RefundedAfterExpiry
from schema.conditions.inputs import AcceptanceInput, acceptance_of
from schema.core.ids import ID, Prefix, read_number
from schema.core.scalars import Amount
from schema.municipalities.types import MUNICIPALITY


def asset_key(unchecked: str) -> tuple[int, int]:
    """Municipality and number of an asset's id; UnknownAssetError for every other text."""
    asset = read_number(Prefix.ASSET, unchecked)
    if asset is None:
        raise UnknownAssetError
    return asset


def asset_number(unchecked: str, municipality: int) -> int:
    """The number of an asset of a municipality by its id; UnknownAssetError for every other text."""
    town, number = asset_key(unchecked)
    if town != municipality:
        raise UnknownAssetError
    return number


@strawberry.input(description="A new kind of value of a municipality.")
class CreateAssetInput:
    """A new kind of value."""

    municipality: str = strawberry.field(description=MUNICIPALITY)
    code: str = strawberry.field(description="Short name within the municipality, letters, digits and _, at most 32.")
    kind: AssetKind = strawberry.field(description="What it is; not CASH.")
    name_ja: str = strawberry.field(description="Its name in Japanese, at most 60 characters.")
    name_en: str = strawberry.field(description="Its name in English, at most 60 characters.")
    unit_ja: str = strawberry.field(description="The name of one unit in Japanese.")
    unit_en: str = strawberry.field(description="The name of one unit in English.")
    paid: bool = strawberry.field(description="Whether residents pay money for it.")
    legal_profile: LegalProfile = strawberry.field(description="Who issues it, in terms of the Payment Services Act.")
    six_month_exempt: bool = strawberry.field(
        description=(
            "True: exempt because it expires within six months of issue; no lot of it can expire later, and it cannot"
            " be prolonged."
        )
    )
    expiry_rule: ExpiryRule = strawberry.field(description="When it expires.")
    expires_after_months: int | None = strawberry.field(
        default=None, description="Months of the rules in months, 1 to 120."
    )
    expires_on: date | None = strawberry.field(
        default=None, description="Last usable day of the fixed-date rule, in Asia/Tokyo."
    )
    acceptance: AcceptanceInput | None = strawberry.field(
        default=None, description="Where it may be spent; every store of the municipality when absent."
    )
    minimum_unit: Amount = strawberry.field(
        description="The least that may be spent of it, and its multiples; usually 1. Whole units."
    )
    charge_maximum: Amount = strawberry.field(description="The most that may be charged at once. Whole units.")
    payment_maximum: Amount = strawberry.field(
        description="The most of it that one payment uses; at least `minimumUnit`. Whole units."
    )
    balance_cap: Amount | None = strawberry.field(
        default=None, description="The most that a wallet may hold. Whole units; absent: no limit."
    )
    transferable: bool = strawberry.field(description="Whether residents may send it to each other.")
    returns_to_budget: bool = strawberry.field(
        description="True: expired value goes back to its programme's budget. False: to breakage."
    )
    disclosure_ja: str | None = strawberry.field(
        default=None,
        description="What the law requires to be disclosed, in Japanese, at most 2,000 characters. 情報提供",
    )
    disclosure_en: str | None = strawberry.field(default=None, description="The same in English.")
    refunded_after_expiry: RefundedAfterExpiry | None = strawberry.field(
        default=None, description="What becomes of refunded value whose last day is over; NONE when absent."
    )
    fresh_days: int | None = strawberry.field(
        default=None, description="Days of FRESH_DAYS, 1 to 366, counted from the day after the refund."
    )

    def asset(self, municipality: int) -> NewAsset:
        """The new asset of a municipality; InvalidInputError for an acceptance that cannot be so."""
        return NewAsset(
            code=self.code,
            kind=self.kind,
            name_ja=self.name_ja.strip(),
            name_en=self.name_en.strip(),
            unit_ja=self.unit_ja.strip(),
            unit_en=self.unit_en.strip(),
            paid=self.paid,
            charge_maximum=self.charge_maximum,
            payment_maximum=self.payment_maximum,
            balance_cap=self.balance_cap,
            expires_after_months=self.expires_after_months,
            expiry_rule=self.expiry_rule,
            expires_on=self.expires_on,
            legal_profile=self.legal_profile,
            six_month_exempt=self.six_month_exempt,
            acceptance=acceptance_of(self.acceptance, municipality),
            minimum_unit=self.minimum_unit,
            transferable=self.transferable,
            returns_to_budget=self.returns_to_budget,
            disclosure_ja=self.disclosure_ja or "",
            disclosure_en=self.disclosure_en or "",
            refunded_after_expiry=self.refunded_after_expiry or RefundedAfterExpiry.NONE,
            fresh_days=self.fresh_days,
        )


@strawberry.input(
    description="Changes of an asset. Its kind, whether it is paid for, and its expiry are never changed."
)
class ChangeAssetInput:
    """Changes of an asset."""

    asset_id: ID = strawberry.field(description="An asset of the officer's municipality; not cash.")
    name_ja: str | None = strawberry.field(default=None, description="Its name in Japanese, at most 60 characters.")
    name_en: str | None = strawberry.field(default=None, description="Its name in English, at most 60 characters.")
    disclosure_ja: str | None = strawberry.field(
        default=None,
        description="What the law requires to be disclosed, in Japanese, at most 2,000 characters. 情報提供",
    )
    disclosure_en: str | None = strawberry.field(default=None, description="The same in English.")
    acceptance: AcceptanceInput | None = strawberry.field(
        default=None,
        description="Where it may be spent. Once value of it was issued, no store that took it may be left out.",
    )
    charge_maximum: Amount | None = strawberry.field(
        default=None, description="The most that may be charged at once, from now on. Whole units."
    )
    payment_maximum: Amount | None = strawberry.field(
        default=None,
        description="The most of it that one payment uses. Once value of it was issued, it only rises. Whole units.",
    )
    balance_cap: Amount | None = strawberry.field(
        default=None,
        description="The most that a wallet may hold. A wallet that has more keeps it, and gets no more. Whole units.",
    )
    minimum_unit: Amount | None = strawberry.field(
        default=None,
        description=(
            "The least that may be spent of it, and its multiples. Once value of it was issued, the new unit divides"
            " the old one. Whole units."
        ),
    )

    def change(self, municipality: int) -> AssetChange:
        """The change of an asset of a municipality; InvalidInputError for an acceptance that cannot be so."""
        return AssetChange(
            name_ja=self.name_ja and self.name_ja.strip(),
            name_en=self.name_en and self.name_en.strip(),
            disclosure_ja=self.disclosure_ja,
            disclosure_en=self.disclosure_en,
            acceptance=None if self.acceptance is None else self.acceptance.rule(municipality),
            charge_maximum=self.charge_maximum,
            payment_maximum=self.payment_maximum,
            balance_cap=self.balance_cap,
            minimum_unit=self.minimum_unit,
        )
