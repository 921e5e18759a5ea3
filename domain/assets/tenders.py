"""Classes of tender: what a store is told of the value that it was paid with, in place of why the customer has it."""

from collections.abc import Iterable, Mapping
from enum import IntEnum

from domain.assets.kinds import AssetKind
from domain.assets.reads import Asset, LotSource
from domain.ledger.kinds import Funding
from domain.ledger.receipt import Portion


class TenderClass(IntEnum):
    """Class of what a price was paid with. In the order in which a receipt lists them."""

    PAID_VALUE = 1
    CARD_TOP_UP = 2
    UNPAID_VALUE = 3
    VOUCHER = 4
    COUPON_DISCOUNT = 5
    CASH_REST = 6


VOUCHERS = frozenset({AssetKind.VOUCHER, AssetKind.GIFT_TICKET})


def class_of(asset: Asset, source: LotSource) -> TenderClass:
    """Return the class of a lot's value. Whose programme gave it makes no difference."""
    if asset.kind in VOUCHERS:
        return TenderClass.VOUCHER
    if not asset.paid:
        return TenderClass.UNPAID_VALUE
    return TenderClass.CARD_TOP_UP if source.funding == Funding.CARD else TenderClass.PAID_VALUE


def tenders_of(
    portions: Iterable[Portion],
    assets: Mapping[int, Asset],
    sources: Mapping[int, LotSource],
    *,
    value: int,
    discount: int = 0,
    cash: int = 0,
) -> list[tuple[TenderClass, int]]:
    """Return the amount of each class, in the order of the classes, without empty ones. Whole units.

    value: what the portions make, before points were clawed back from them. What is missing is counted with the last
    portion: a store does not learn that a customer had spent points.
    """
    amounts: dict[TenderClass, int] = {}
    last, missing = TenderClass.PAID_VALUE, value
    for portion in portions:
        last = class_of(assets[portion.asset], sources[portion.lot])
        amounts[last] = amounts.get(last, 0) + portion.amount
        missing -= portion.amount
    amounts[last] = amounts.get(last, 0) + missing
    amounts |= {TenderClass.COUPON_DISCOUNT: discount, TenderClass.CASH_REST: cash}
    return [(kind, amounts[kind]) for kind in TenderClass if amounts.get(kind)]
