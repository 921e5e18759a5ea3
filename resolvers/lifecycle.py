"""The life of value after it was issued: input in, one domain call, a view out."""

from domain.approvals.refusals import UnknownJournalError
from domain.charging import cancel as cancelling
from domain.charging.kinds import CancelReason
from domain.charging.receipts import OfCharge
from domain.ledger.kinds import Operation
from domain.ledger.reads import journal_by_id
from domain.municipalities import change as changing_towns
from resolvers.lifecycle_views import CancelChargeSuccess, ChargeCancellation, SetChargeCancellationSuccess
from resolvers.money import balances_after
from resolvers.payments import actor, journal_of
from resolvers.value import town_of
from resolvers.views import Charge
from schema.context import MeguruInfo
from schema.ids import Prefix, read
from schema.lifecycle_inputs import CancelChargeInput, SetChargeCancellationInput


async def cancel_charge(info: MeguruInfo, input: CancelChargeInput) -> CancelChargeSuccess:
    """Takes a top-up back at its counter."""
    viewer = actor(info, "cancelCharge")
    found = read(Prefix.JOURNAL, input.charge_id)
    if found is None:
        raise UnknownJournalError
    reason = CancelReason[input.reason.name]
    what = cancelling.CancelCharge(input.idempotency_key, *found, reason, input.valid_until)
    posted = await cancelling.cancel_charge(info.context.services, viewer, what)
    charge = await journal_by_id(found[0], posted.receipt.section(OfCharge).id)
    if charge is None:
        raise UnknownJournalError
    journal = journal_of(posted, viewer, Operation.CANCEL_CHARGE, charge.wallet_id, charge.store_id, reason, charge.id)
    return CancelChargeSuccess(
        ChargeCancellation(journal), Charge(charge), balances_after(posted.receipt, sign=-1), posted.replayed
    )


async def set_charge_cancellation(info: MeguruInfo, input: SetChargeCancellationInput) -> SetChargeCancellationSuccess:
    """How long counters of a town may cancel."""
    viewer = actor(info, "setChargeCancellation")
    town = await town_of(input.municipality)
    return SetChargeCancellationSuccess(
        await changing_towns.set_charge_cancellation(info.context.services, viewer, town, input.minutes)
    )
