"""Redemptions: input in, one domain call, the contract's type out."""

from domain.ledger.kinds import Operation
from domain.ledger.reads import journal_by_id
from domain.redemptions import quote as quoting
from domain.redemptions import redeem as redeeming
from domain.redemptions import roll_back
from domain.redemptions.refusals import UnknownRedemptionError
from resolvers.journals import journal_of
from schema.core.context import MeguruInfo
from schema.ledger.balances import balances_after
from schema.redemptions.inputs import QuoteRedemptionInput, RedeemInput, RollbackRedemptionInput
from schema.redemptions.results import QuoteRedemptionPayload, RedeemPayload, RollbackRedemptionPayload
from schema.redemptions.types import Redemption, RedemptionQuote, RedemptionRollback
from schema.residents.inputs import wallet_key


async def quote_redemption(info: MeguruInfo, input: QuoteRedemptionInput) -> QuoteRedemptionPayload:
    """Quotes a redemption."""
    municipality, wallet_id = wallet_key(input.wallet_id)
    store = await input.payee.store(info.context.services, municipality)
    question = input.question(municipality, wallet_id, store)
    quote = await quoting.quote_redemption(info.context.services, info.context.signed_in, question)
    return QuoteRedemptionPayload(quote=RedemptionQuote(quote=quote))


async def redeem(info: MeguruInfo, input: RedeemInput) -> RedeemPayload:
    """Redeems a coupon, voucher or ticket at the till."""
    municipality, wallet_id = wallet_key(input.wallet_id)
    info.context.municipality = municipality
    store = await input.payee.store(info.context.services, municipality)
    request = input.redeem(municipality, wallet_id, store)
    posted = await redeeming.redeem(info.context.services, info.context.signed_in, request)
    journal = journal_of(
        posted, viewer=info.context.signed_in, operation=Operation.REDEEM, wallet_id=wallet_id, store_id=store.id
    )
    receipt = Redemption(journal=journal)
    return RedeemPayload(
        redemption=receipt,
        balances=balances_after(posted.receipt, sign=-1) if await receipt.shows_value(info) else [],
        replayed=posted.replayed,
    )


async def rollback_redemption(info: MeguruInfo, input: RollbackRedemptionInput) -> RollbackRedemptionPayload:
    """Rolls back a redemption."""
    municipality, redemption_id = input.redemption()
    posted = await roll_back.rollback_redemption(
        info.context.services,
        info.context.signed_in,
        municipality,
        input.idempotency_key,
        redemption_id,
        reason=input.reason,
        valid_until=input.valid_until,
    )
    redemption = await journal_by_id(municipality, redemption_id)
    if redemption is None:
        raise UnknownRedemptionError
    journal = journal_of(
        posted,
        viewer=info.context.signed_in,
        operation=Operation.ROLLBACK_REDEMPTION,
        wallet_id=redemption.wallet_id,
        store_id=redemption.store_id,
        reason=input.reason,
        linked_journal=redemption.id,
    )
    return RollbackRedemptionPayload(
        rollback=RedemptionRollback(journal=journal),
        balances=balances_after(posted.receipt, sign=1),
        replayed=posted.replayed,
    )
