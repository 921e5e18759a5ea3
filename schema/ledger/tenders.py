"""Tenders: what a price was paid with, by class, as the store may know it."""

import strawberry

from domain.assets.reads import ASSETS, LotSource, lot_sources
from domain.assets.tenders import TenderClass, tenders_of
from domain.ledger.reads import Journal
from schema.core.context import MeguruInfo
from schema.core.enums import contract_enum
from schema.core.scalars import Amount

contract_enum(
    TenderClass,
    "Class of what a price was paid with: all that a store is told of the value. 支払い手段",
    PAID_VALUE="Value that was bought with cash or given for it, such as coin.",
    CARD_TOP_UP="Coin that a linked card or account was charged for.",
    UNPAID_VALUE="Value that was given: points, bonuses, grants. Of which programme is not told.",
    VOUCHER="Vouchers and tickets.",
    COUPON_DISCOUNT="What coupons took off.",
    CASH_REST="What was paid to the store in cash in addition.",
)
TENDERS = (
    "The same amount by class, without empty ones: all that a store is told of the value that it was paid with. What a"
    " coupon took off and what was paid in cash have classes of their own."
)


@strawberry.type(description="A part of a price by the class of what it was paid with.")
class Tender:
    """A part of a price."""

    tender_class: TenderClass = strawberry.field(name="class", description="What it was paid with.")
    amount: Amount = strawberry.field(description="Whole units.")


async def tenders_shown(
    info: MeguruInfo, journal: Journal, *, value: int, discount: int = 0, cash: int = 0
) -> list[Tender]:
    """The tenders of a receipt. value: what its lots make, before points were clawed back from them. Whole units."""
    municipality, lots = journal.municipality, journal.receipt.lots
    assets = {asset.id: asset for asset in await info.context.services.shared(ASSETS).of(municipality)}
    read = await info.context.load_many(lot_sources, [(municipality, portion.lot) for portion in lots])
    sources: dict[int, LotSource] = {source.id: source for source in read if source is not None}
    shown = tenders_of(lots, assets, sources, value=value, discount=discount, cash=cash)
    return [Tender(tender_class=kind, amount=Amount(amount)) for kind, amount in shown]
