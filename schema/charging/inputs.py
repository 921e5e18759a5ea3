"""Inputs of top-ups. Nothing here defaults to a meaning of money."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.approvals.refusals import UnknownJournalError
from domain.charging.cancel import CancelCharge
from domain.charging.charge import Charge
from schema.assets.inputs import asset_number
from schema.charging.enums import CancelReason
from schema.core.ids import ID, Prefix, read
from schema.core.scalars import Amount
from schema.keys.inputs import KEY, UNTIL
from schema.residents.inputs import WalletReference
from schema.stores.payee import store_key


@strawberry.input(description="A top-up of a wallet with cash taken at a counter.")
class ChargeInput:
    """A top-up."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    wallet: WalletReference = strawberry.field(description="The wallet that is topped up.")
    asset_id: ID = strawberry.field(description="What is charged: a coin of the wallet's municipality.")
    amount: Amount = strawberry.field(description="Whole units, from 1 to the asset's charge limit.")
    store_id: ID | None = strawberry.field(
        default=None, description="The agent's store that takes the cash; the municipal desk when absent."
    )
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)

    def charge(self, municipality: int, wallet_id: UUID) -> Charge:
        """The top-up; UnknownAssetError or UnknownPayeeError for an id of another municipality."""
        return Charge(
            key=self.idempotency_key,
            municipality=municipality,
            wallet_id=wallet_id,
            asset_id=asset_number(self.asset_id, municipality),
            amount=self.amount,
            store_id=None if self.store_id is None else store_key(self.store_id, municipality),
            valid_until=self.valid_until,
        )


@strawberry.input(description="Asks what a top-up would bring now.")
class QuoteChargeInput:
    """Asks what a top-up would bring."""

    wallet: WalletReference = strawberry.field(description="The wallet that would be topped up.")
    asset_id: ID = strawberry.field(description="What would be charged: a coin of the wallet's municipality.")
    amount: Amount = strawberry.field(description="Whole units, from 1 to the asset's charge limit.")


@strawberry.input(description="The counter that took the cash cancels what is unspent of a top-up.")
class CancelChargeInput:
    """A cancellation."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    charge_id: ID = strawberry.field(description="The top-up, by its own id.")
    reason: CancelReason = strawberry.field(description="The reason of the counter.")
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)

    def cancellation(self) -> CancelCharge:
        """The cancellation; UnknownJournalError for an id of something else."""
        charge = read(Prefix.JOURNAL, self.charge_id)
        if charge is None:
            raise UnknownJournalError
        municipality, charge_id = charge
        return CancelCharge(
            key=self.idempotency_key,
            municipality=municipality,
            charge_id=charge_id,
            reason=self.reason,
            valid_until=self.valid_until,
        )
