"""Charges: input in, one domain call, the contract's type out."""

from dataclasses import replace

from domain.approvals.refusals import UnknownJournalError
from domain.charging import cancel
from domain.charging import charge as charging
from domain.charging import quote as quoting
from domain.charging.receipts import OfCharge
from domain.ledger.kinds import Operation
from domain.ledger.reads import journal_by_id
from resolvers.journals import journal_of
from schema.assets.inputs import asset_number
from schema.charging.inputs import CancelChargeInput, ChargeInput, QuoteChargeInput
from schema.charging.results import CancelChargePayload, ChargePayload, QuoteChargePayload
from schema.charging.types import Charge, ChargeCancellation, ChargeQuote
from schema.core.access import sees_wallet
from schema.core.context import MeguruInfo
from schema.ledger.balances import balances_after


async def charge(info: MeguruInfo, input: ChargeInput) -> ChargePayload:
    """Charges a wallet with cash."""
    viewer = info.context.signed_in
    receiver = await input.wallet.receiver()
    info.context.municipality = receiver.municipality
    request = input.charge(receiver)
    posted = await charging.charge(info.context.services, viewer, request)
    journal = journal_of(
        posted, viewer=viewer, operation=Operation.CHARGE, wallet_id=request.wallet_id, store_id=request.store_id
    )
    receipt = Charge(journal=journal)
    return ChargePayload(
        charge=receipt,
        balances=balances_after(posted.receipt, sign=1) if await receipt.shows_value(info) else None,
        replayed=posted.replayed,
    )


async def quote_charge(info: MeguruInfo, input: QuoteChargeInput) -> QuoteChargePayload:
    """Quotes a charge with its bonuses."""
    receiver = await input.wallet.receiver()
    asset = asset_number(input.asset_id, receiver.municipality)
    quote = await quoting.quote_charge(info.context.services, info.context.signed_in, receiver, asset, input.amount)
    if not await sees_wallet(info, receiver.municipality, receiver.wallet_id):
        quote = replace(quote, bonuses=())
    return QuoteChargePayload(quote=ChargeQuote(quote=quote))


async def cancel_charge(info: MeguruInfo, input: CancelChargeInput) -> CancelChargePayload:
    """Cancels a charge at its counter."""
    viewer, cancellation = info.context.signed_in, input.cancellation()
    posted = await cancel.cancel_charge(info.context.services, viewer, cancellation)
    charged = await journal_by_id(posted.municipality, posted.receipt.section(OfCharge).id)
    if charged is None:
        raise UnknownJournalError
    journal = journal_of(
        posted,
        viewer=viewer,
        operation=Operation.CANCEL_CHARGE,
        wallet_id=charged.wallet_id,
        store_id=charged.store_id,
        reason=cancellation.reason,
        linked_journal=charged.id,
    )
    receipt = ChargeCancellation(journal=journal)
    return CancelChargePayload(
        cancellation=receipt,
        charge=Charge(journal=charged),
        balances=balances_after(posted.receipt, sign=-1) if await receipt.shows_value(info) else None,
        replayed=posted.replayed,
    )
