"""Inputs of conversions. Nothing here defaults to a meaning of money."""

from datetime import datetime
from uuid import UUID

import strawberry

from schema.ids import ID
from schema.inputs import KEY, UNTIL
from schema.scalars import Amount
from schema.value_inputs import TOWN

GIVEN = "What is converted: an asset of the wallet's town, not paid for."
TAKEN = "What it is converted into: another asset of the town."


@strawberry.input(
    description="A rate at which residents convert value, from an instant on until a later rate of the two assets."
)
class SetConversionRateInput:
    """A rate."""

    municipality: str = strawberry.field(description=TOWN)
    from_asset_id: ID = strawberry.field(description="What is converted: unpaid value, such as points.")
    to_asset_id: ID = strawberry.field(description=TAKEN)
    programme_id: ID = strawberry.field(
        description="Whose budget pays for what is received: of kind CONVERSION, and of the target asset."
    )
    numerator: int = strawberry.field(
        description="So many units are received for `denominator` units, 0 to 1,000,000; 0: no conversion any more."
    )
    denominator: int = strawberry.field(description="See `numerator`; 1 to 1,000,000.")
    minimum_unit: Amount = strawberry.field(
        description="What is converted is a multiple of it. Whole units of what is converted."
    )
    cap_per_day: Amount | None = strawberry.field(
        default=None,
        description=(
            "The most that a person converts in a day of Asia/Tokyo. Whole units of what is converted; absent: no"
            " limit."
        ),
    )
    starts_at: datetime | None = strawberry.field(
        default=None, description="From when it counts; not in the past; from now on when absent. UTC."
    )


@strawberry.input(description="Asks what a conversion would bring now.")
class QuoteConversionInput:
    """Asks what a conversion would bring."""

    wallet_id: ID = strawberry.field(description="The wallet; the viewer must be allowed to use it.")
    from_asset_id: ID = strawberry.field(description=GIVEN)
    to_asset_id: ID = strawberry.field(description=TAKEN)
    amount: Amount = strawberry.field(
        description="How much is converted. Whole units of what is converted, 1 to 10,000,000."
    )


@strawberry.input(description="Converts value of a wallet into other value.")
class ConvertInput:
    """A conversion."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    wallet_id: ID = strawberry.field(description="The wallet; the viewer must be allowed to use it.")
    from_asset_id: ID = strawberry.field(description=GIVEN)
    to_asset_id: ID = strawberry.field(description=TAKEN)
    amount: Amount = strawberry.field(
        description="How much is converted. Whole units of what is converted, 1 to 10,000,000."
    )
    expected_amount: Amount | None = strawberry.field(
        default=None,
        description=(
            "What the quote said would be received: it is received so, or refused with QUOTE_CHANGED. Absent: whatever"
            " it is."
        ),
    )
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)
