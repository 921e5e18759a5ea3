"""Inputs that change what is there. A field that is absent stays as it is."""

from datetime import datetime
from uuid import UUID

import strawberry

from schema.ids import ID
from schema.inputs import KEY
from schema.scalars import SignedAmount
from schema.value_inputs import AcceptanceInput


@strawberry.input(
    description="What becomes of an asset. Its kind, whether it is paid for, and its end are never changed."
)
class ChangeAssetInput:
    """What becomes of an asset."""

    asset_id: ID = strawberry.field(description="An asset of the officer's town; not cash.")
    name_ja: str | None = strawberry.field(default=None, description="Its name in Japanese, at most 60 characters.")
    name_en: str | None = strawberry.field(default=None, description="Its name in English, at most 60 characters.")
    disclosure_ja: str | None = strawberry.field(
        default=None, description="What must be told of it in Japanese, at most 2,000 characters. 情報提供"
    )
    disclosure_en: str | None = strawberry.field(default=None, description="The same in English.")
    acceptance: AcceptanceInput | None = strawberry.field(
        default=None,
        description="Where it may be spent. Once value of it was issued, no shop that took it may be left out.",
    )


@strawberry.input(description="What becomes of a programme.")
class ChangeProgrammeInput:
    """What becomes of a programme."""

    programme_id: ID = strawberry.field(description="A programme of the officer's town.")
    name_ja: str | None = strawberry.field(default=None, description="Its name in Japanese, at most 60 characters.")
    name_en: str | None = strawberry.field(default=None, description="Its name in English, at most 60 characters.")
    ends_at: datetime | None = strawberry.field(
        default=None,
        description="Until when it gives, exclusive; in the future, and not after the last day of its value. UTC.",
    )
    stop_now: bool | None = strawberry.field(
        default=None, description="True: it gives nothing from now on, everywhere within 10 seconds."
    )


@strawberry.input(description="Gives a programme more budget, or takes back what is left of it.")
class ChangeBudgetInput:
    """A change of a budget."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    programme_id: ID = strawberry.field(description="A programme of the officer's town.")
    change: SignedAmount = strawberry.field(
        description="Whole units: positive gives it more, negative takes back; not 0."
    )
