"""Inputs of shopping points. Nothing here defaults to a meaning of money."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.conditions.eligibility import Claims
from domain.ledger.refusals import UnknownPayeeError
from domain.points.manage import NewRule
from domain.points.refusals import UnknownEarningRuleError
from domain.points.simulate import SimulatedPayment
from schema.assets.inputs import asset_number
from schema.conditions.inputs import AcceptanceInput, EligibilityInput, acceptance_of, eligibility_of
from schema.core.ids import ID, Prefix, key_of
from schema.core.scalars import Amount
from schema.keys.inputs import KEY
from schema.points.enums import RuleKind, Stacking


@strawberry.input(description="A new rule by which payments earn points. It cannot be changed later, only stopped.")
class AddEarningRuleInput:
    """A new earning rule."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    programme_id: ID = strawberry.field(description="The programme; of kind EARNING.")
    kind: RuleKind = strawberry.field(description="What it counts.")
    name_ja: str = strawberry.field(description="Its name in Japanese, at most 60 characters.")
    name_en: str = strawberry.field(description="Its name in English, at most 60 characters.")
    rate_bp: int | None = strawberry.field(
        default=None, description="For PERCENT: hundredths of a percent of what counts, 1 to 10,000."
    )
    points: Amount | None = strawberry.field(
        default=None, description="For PER_VISIT: points for each payment. Whole units, from 1."
    )
    minimum_amount: Amount | None = strawberry.field(
        default=None, description="The least of what counts. Whole units; 1 when absent."
    )
    base_asset_ids: list[ID] | None = strawberry.field(
        default=None,
        description="The parts of a payment that count, by asset; everything that residents pay for when absent.",
    )
    acceptance: AcceptanceInput | None = strawberry.field(
        default=None,
        description="At which stores and hours; at every store of the municipality and always when absent.",
    )
    eligibility: EligibilityInput | None = strawberry.field(default=None, description="For whom; anybody when absent.")
    cap_per_day: Amount | None = strawberry.field(
        default=None, description="The most for one person on a day. Whole units; absent: no limit."
    )
    cap_per_month: Amount | None = strawberry.field(
        default=None, description="The most for one person in a month. Whole units; absent: no limit."
    )
    priority: int = strawberry.field(
        description="Rules of a higher priority are applied first, -1,000 to 1,000; usually 0."
    )
    stacking: Stacking = strawberry.field(description="Whether it gives points together with other rules.")

    def rule(self, municipality: int) -> NewRule:
        """The rule in a municipality; UnknownAssetError for its assets, InvalidInputError for its conditions."""
        return NewRule(
            kind=self.kind,
            name_ja=self.name_ja.strip(),
            name_en=self.name_en.strip(),
            stacking=self.stacking,
            rate_bp=self.rate_bp,
            points=self.points,
            minimum_amount=1 if self.minimum_amount is None else self.minimum_amount,
            base_assets=frozenset(asset_number(asset, municipality) for asset in self.base_asset_ids or ()),
            acceptance=acceptance_of(self.acceptance, municipality),
            eligibility=eligibility_of(self.eligibility),
            cap_per_day=self.cap_per_day,
            cap_per_month=self.cap_per_month,
            priority=self.priority,
        )


@strawberry.input(description="Stops an earning rule for ever.")
class StopEarningRuleInput:
    """Stops an earning rule."""

    earning_rule_id: ID = strawberry.field(description="A rule of the officer's municipality.")

    def key(self) -> tuple[int, UUID]:
        """Municipality and key of the rule; UnknownEarningRuleError for a text that names none."""
        return key_of(Prefix.EARNING_RULE, self.earning_rule_id, UnknownEarningRuleError)


@strawberry.input(description="A payment to be simulated.")
class SimulateEarningInput:
    """A payment to be simulated."""

    store_id: ID = strawberry.field(description="The store; the rules of its municipality are applied.")
    asset_id: ID = strawberry.field(description="The asset that would be paid with.")
    amount: Amount = strawberry.field(description="What would be paid. Whole units, from 1.")
    at: datetime | None = strawberry.field(default=None, description="Time of payment, in UTC; now when absent.")
    resident: bool | None = strawberry.field(
        default=None,
        description="Whether the payer is a verified resident; a payer of whom nothing is verified when absent.",
    )
    birth_year: int | None = strawberry.field(
        default=None, description="The payer's verified year of birth; absent: not verified."
    )

    def payment(self, now: datetime) -> SimulatedPayment:
        """The payment to simulate; UnknownPayeeError or UnknownAssetError for an unknown store or asset."""
        municipality, store_id = key_of(Prefix.STORE, self.store_id, UnknownPayeeError)
        return SimulatedPayment(
            municipality=municipality,
            store_id=store_id,
            asset=asset_number(self.asset_id, municipality),
            amount=self.amount,
            at=self.at or now,
            claims=self._claims(),
        )

    def _claims(self) -> Claims | None:
        if self.resident is None and self.birth_year is None:
            return None
        return Claims(resident=bool(self.resident), birth_year=self.birth_year)
