"""Inputs of charges. Nothing here defaults to a meaning of money."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.approvals.refusals import UnknownJournalError
from domain.charging.cancel import CancelCharge
from domain.charging.charge import Charge
from domain.residents.receive_codes import Receiver
from schema.assets.inputs import asset_number
from schema.charging.enums import CancelReason
from schema.core.ids import ID, Prefix, key_of
from schema.core.scalars import Amount
from schema.keys.inputs import KEY, UNTIL
from schema.residents.inputs import WalletReference
from schema.stores.payee import store_key


@strawberry.input(description="A charge of a wallet with cash taken at a counter.")
class ChargeInput:
    """A charge."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    wallet: WalletReference = strawberry.field(description="The wallet that is charged.")
    asset_id: ID = strawberry.field(description="What is charged: a coin of the wallet's municipality.")
    amount: Amount = strawberry.field(description="Whole units, from 1 to the asset's charge limit.")
    store_id: ID | None = strawberry.field(
        default=None, description="The agent's store that takes the cash; the municipal desk when absent."
    )
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)

    def charge(self, receiver: Receiver) -> Charge:
        """The charge of that wallet; UnknownAssetError or UnknownPayeeError for an id of another municipality."""
        return Charge(
            key=self.idempotency_key,
            municipality=receiver.municipality,
            wallet_id=receiver.wallet_id,
            asset_id=asset_number(self.asset_id, receiver.municipality),
            amount=self.amount,
            store_id=None if self.store_id is None else store_key(self.store_id, receiver.municipality),
            valid_until=self.valid_until,
            code_ended=receiver.ended,
        )


@strawberry.input(description="Asks what a charge would bring now.")
class QuoteChargeInput:
    """Asks what a charge would bring."""

    wallet: WalletReference = strawberry.field(description="The wallet that would be charged.")
    asset_id: ID = strawberry.field(description="What would be charged: a coin of the wallet's municipality.")
    amount: Amount = strawberry.field(description="Whole units, from 1 to the asset's charge limit.")


@strawberry.input(description="The counter that took the cash cancels what is unspent of a charge.")
class CancelChargeInput:
    """A cancellation."""

    idempotency_key: UUID = strawberry.field(description=KEY)
    charge_id: ID = strawberry.field(description="The charge, by its own id.")
    reason: CancelReason = strawberry.field(description="Reason given by the counter.")
    valid_until: datetime | None = strawberry.field(default=None, description=UNTIL)

    def cancellation(self) -> CancelCharge:
        """The cancellation; UnknownJournalError for an id of something else."""
        municipality, charge_id = key_of(Prefix.JOURNAL, self.charge_id, UnknownJournalError)
        return CancelCharge(
            key=self.idempotency_key,
            municipality=municipality,
            charge_id=charge_id,
            reason=self.reason,
            valid_until=self.valid_until,
        )
