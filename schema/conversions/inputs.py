"""Inputs of conversions. Nothing here defaults to a meaning of money."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.conversions.convert import Convert
from domain.conversions.rates import NewRate
from domain.programmes.refusals import UnknownProgrammeError
from schema.assets.inputs import asset_number
from schema.core.ids import ID, Prefix, key_in
from schema.core.scalars import Amount
from schema.keys.inputs import KEY, UNTIL
from schema.municipalities.types import MUNICIPALITY
from schema.residents.inputs import wallet_key

WALLET = "The wallet; the viewer must be allowed to use it."
FROM_ASSET = "What is converted: an asset of the wallet's municipality that residents do not pay for."
TO_ASSET = "What it is converted into: another asset of the municipality."
AMOUNT = "How much is converted. Whole units of what is converted, 1 to 10,000,000."


@strawberry.input(
    description=(
        "A rate at which residents convert value, from an instant on until a later rate of the same two assets."
    )
)
class SetConversionRateInput:
    """A rate."""

    municipality: str = strawberry.field(description=MUNICIPALITY)
    from_asset_id: ID = strawberry.field(description="What is converted: unpaid value, such as points.")
    to_asset_id: ID = strawberry.field(description=TO_ASSET)
    programme_id: ID = strawberry.field(
        description="Whose budget pays for what is received: of kind CONVERSION, and of the target asset."
    )
    numerator: int = strawberry.field(
        description="Units received for each `denominator` units, 0 to 1,000,000; 0: no conversion any more."
    )
    denominator: int = strawberry.field(
        description="Units of what is converted, for which `numerator` units are received; 1 to 1,000,000."
    )
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
        default=None, description="Time from which it is in force, in UTC; not in the past; from now on when absent."
    )
    later_end_reason: str | None = strawberry.field(
        default=None,
        description=(
            "Why what is received may end later than what is converted; at most 200 characters. Absent: value that ends"
            " sooner is not converted (VALUE_BOUND). Never for value that is exempt by its six months."
        ),
    )

    def rate(self, municipality: int) -> NewRate:
        """The rate in a municipality; UnknownProgrammeError or UnknownAssetError for an id of another one."""
        return NewRate(
            from_asset=asset_number(self.from_asset_id, municipality),
            to_asset=asset_number(self.to_asset_id, municipality),
            programme_id=key_in(Prefix.PROGRAMME, self.programme_id, municipality, UnknownProgrammeError),
            numerator=self.numerator,
            denominator=self.denominator,
            minimum_unit=self.minimum_unit,
            cap_per_day=self.cap_per_day,
            starts_at=self.starts_at,
            later_end_reason=self.later_end_reason or "",
        )


@strawberry.input(description="Asks what a conversion would bring now.")
class QuoteConversionInput:
    """Asks what a conversion would bring."""

    wallet_id: ID = strawberry.field(description=WALLET)
    from_asset_id: ID = strawberry.field(description=FROM_ASSET)
    to_asset_id: ID = strawberry.field(description=TO_ASSET)
    amount: Amount = strawberry.field(description=AMOUNT)

    def parties(self) -> tuple[int, UUID, int, int]:
        """Municipality, wallet, what is converted and into what; UnknownWalletError or UnknownAssetError."""
        municipality, wallet_id = wallet_key(self.wallet_id)
        return (
            municipality,
            wallet_id,
            asset_number(self.from_asset_id, municipality),
            asset_number(self.to_asset_id, municipality),
        )


@strawberry.input(description="Converts value of a wallet into other value.")
class ConvertInput:
    """A conversion."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    wallet_id: ID = strawberry.field(description=WALLET)
    from_asset_id: ID = strawberry.field(description=FROM_ASSET)
    to_asset_id: ID = strawberry.field(description=TO_ASSET)
    amount: Amount = strawberry.field(description=AMOUNT)
    expected_amount: Amount | None = strawberry.field(
        default=None,
        description=(
            "What the quote said would be received: it is received so, or refused with QUOTE_CHANGED. Absent: any"
            " amount."
        ),
    )
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)

    def conversion(self) -> Convert:
        """The conversion; UnknownWalletError or UnknownAssetError for an id that names none."""
        municipality, wallet_id = wallet_key(self.wallet_id)
        return Convert(
            key=self.idempotency_key,
            municipality=municipality,
            wallet_id=wallet_id,
            from_asset=asset_number(self.from_asset_id, municipality),
            to_asset=asset_number(self.to_asset_id, municipality),
            amount=self.amount,
            expected=self.expected_amount,
            valid_until=self.valid_until,
        )
