"""Inputs of shopping points."""

from datetime import datetime
from uuid import UUID

import strawberry

from schema.enums import EarningRuleKind, EarningStacking
from schema.ids import ID
from schema.inputs import KEY
from schema.scalars import Amount
from schema.value_inputs import AcceptanceInput, EligibilityInput


@strawberry.input(description="A new rule by which payments earn points. It cannot be changed later, only stopped.")
class AddEarningRuleInput:
    """A new earning rule."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    programme_id: ID = strawberry.field(description="The programme; of kind EARNING.")
    kind: EarningRuleKind = strawberry.field(description="What it counts.")
    name_ja: str = strawberry.field(description="Its name in Japanese, at most 60 characters.")
    name_en: str = strawberry.field(description="Its name in English, at most 60 characters.")
    rate_bp: int | None = strawberry.field(
        default=None, description="For PERCENT: hundredths of a percent of what counts, 1 to 10,000."
    )
    points: Amount | None = strawberry.field(
        default=None, description="For PER_VISIT: points for a payment. Whole units, from 1."
    )
    minimum_amount: Amount | None = strawberry.field(
        default=None, description="The least of what counts. Whole units; 1 when absent."
    )
    base_asset_ids: list[ID] | None = strawberry.field(
        default=None,
        description="The parts of a payment that count, by asset; everything that residents pay for when absent.",
    )
    acceptance: AcceptanceInput | None = strawberry.field(
        default=None, description="At which shops and hours; at every shop of the town and always when absent."
    )
    eligibility: EligibilityInput | None = strawberry.field(default=None, description="For whom; anybody when absent.")
    cap_per_day: Amount | None = strawberry.field(
        default=None, description="The most for a person on a day. Whole units; absent: no limit."
    )
    cap_per_month: Amount | None = strawberry.field(
        default=None, description="The most for a person in a month. Whole units; absent: no limit."
    )
    priority: int = strawberry.field(
        description="Rules of a higher priority are asked first, -1,000 to 1,000; usually 0."
    )
    stacking: EarningStacking = strawberry.field(description="Whether it gives beside others.")


@strawberry.input(description="Stops an earning rule for ever.")
class StopEarningRuleInput:
    """Stops an earning rule."""

    earning_rule_id: ID = strawberry.field(description="A rule of the officer's town.")


@strawberry.input(description="A payment that nobody makes.")
class SimulateEarningInput:
    """A payment that nobody makes."""

    store_id: ID = strawberry.field(description="The shop; its town's rules are asked.")
    asset_id: ID = strawberry.field(description="What would be paid with.")
    amount: Amount = strawberry.field(description="What would be paid. Whole units, from 1.")
    at: datetime | None = strawberry.field(default=None, description="When; now when absent. UTC.")
    resident: bool | None = strawberry.field(
        default=None,
        description="Whether the payer is a verified resident; a payer of whom nothing is verified when absent.",
    )
    birth_year: int | None = strawberry.field(
        default=None, description="The payer's verified year of birth; absent: not verified."
    )
