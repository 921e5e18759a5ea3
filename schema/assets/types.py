"""Assets as everybody may see them."""

from datetime import date
from uuid import UUID

import strawberry

from domain.assets import reads
from domain.assets.reads import Asset as DomainAsset
from domain.identifiers import Prefix
from schema.assets.enums import AssetKind, ExpiryRule, LegalProfile, RefundedAfterExpiry
from schema.conditions.types import Acceptance
from schema.core.context import MeguruInfo
from schema.core.errors import NotFoundError
from schema.core.node import Node
from schema.core.scalars import Amount, amount_or_none


@strawberry.type(description="A kind of value of one municipality. 通貨・ポイント種別")
class Asset(Node):
    """A kind of value."""

    asset: strawberry.Private[DomainAsset]

    def key(self) -> tuple[Prefix, int, UUID | int]:
        """Its number in its municipality."""
        return Prefix.ASSET, self.asset.municipality, self.asset.id

    @strawberry.field(description="What it is.")
    def kind(self) -> AssetKind:
        return self.asset.kind

    @strawberry.field(description="Short name within the municipality, such as COIN.")
    def code(self) -> str:
        return self.asset.code

    @strawberry.field(description="Its name in the language of the request.")
    def name(self, info: MeguruInfo) -> str:
        return info.context.in_language(self.asset.name_ja, self.asset.name_en)

    @strawberry.field(description="The name of one unit in the language of the request.")
    def unit(self, info: MeguruInfo) -> str:
        return info.context.in_language(self.asset.unit_ja, self.asset.unit_en)

    @strawberry.field(description="Whether residents pay money for it.")
    def paid(self) -> bool:
        return self.asset.paid

    @strawberry.field(description="The most that may be charged at once. Whole units.")
    def charge_maximum(self) -> Amount:
        return Amount(self.asset.charge_maximum)

    @strawberry.field(description="The most of it that one payment uses. Whole units.")
    def payment_maximum(self) -> Amount:
        return Amount(self.asset.payment_maximum)

    @strawberry.field(description="The most that a wallet may hold. Whole units; null: no limit.")
    def balance_cap(self) -> Amount | None:
        return amount_or_none(self.asset.balance_cap)

    @strawberry.field(description="Who issues it, in terms of the Payment Services Act.")
    def legal_profile(self) -> LegalProfile:
        return self.asset.legal_profile

    @strawberry.field(description="Whether no value of it can expire later than six months after its issue.")
    def six_month_exempt(self) -> bool:
        return self.asset.six_month_exempt

    @strawberry.field(description="When it expires.")
    def expiry_rule(self) -> ExpiryRule:
        return self.asset.expiry_rule

    @strawberry.field(description="Months of the rules in months; null for the others.")
    def expires_after_months(self) -> int | None:
        return self.asset.expires_after_months

    @strawberry.field(description="Last usable day of the fixed-date rule, in Asia/Tokyo; null for the others.")
    def expires_on(self) -> date | None:
        return self.asset.expires_on

    @strawberry.field(description="Where it may be spent.")
    def acceptance(self) -> Acceptance:
        return Acceptance(municipality=self.asset.municipality, rule=self.asset.acceptance)

    @strawberry.field(
        description="The least that a payment uses of it, and its multiples; all lots count together. Whole units."
    )
    def minimum_unit(self) -> Amount:
        return Amount(self.asset.minimum_unit)

    @strawberry.field(description="Whether residents may send it to each other.")
    def transferable(self) -> bool:
        return self.asset.transferable

    @strawberry.field(description="What becomes of refunded value of it whose last day is over.")
    def refunded_after_expiry(self) -> RefundedAfterExpiry:
        return self.asset.refunded_after_expiry

    @strawberry.field(description="Days of FRESH_DAYS; null for NONE.")
    def fresh_days(self) -> int | None:
        return self.asset.fresh_days

    @strawberry.field(
        description=(
            "What the law requires to be disclosed, in the language of the request; empty where not given. 情報提供"
        )
    )
    def disclosure(self, info: MeguruInfo) -> str:
        return info.context.in_language(self.asset.disclosure_ja, self.asset.disclosure_en)


async def asset_of(info: MeguruInfo, number: int) -> Asset:
    """The asset of a balance or movement."""
    row = await info.context.load(reads.by_ids, number)
    if row is None:
        raise NotFoundError
    return Asset(asset=row)
