"""Enums of the ledger."""

from enum import Enum

import strawberry

from domain.ledger.kinds import JournalKind
from domain.programmes.kinds import BudgetSource
from schema.core.enums import contract_enum

value = strawberry.enum_value


@strawberry.enum(description="Why a payment used a lot before the next one.")
class AllocationReason(Enum):
    """Why a lot was used before the next one."""

    RESTRICTED_FIRST = value("RESTRICTED_FIRST", description="There are stores or amounts that it cannot pay.")
    EXPIRES_FIRST = value("EXPIRES_FIRST", description="It expires earlier.")
    UNPAID_FIRST = value("UNPAID_FIRST", description="It was given free of charge.")
    OLDEST_FIRST = value("OLDEST_FIRST", description="It was received earlier.")
    COMPLETES_UNIT = value("COMPLETES_UNIT", description="It completes a minimum unit that the lot before it began.")
    LAST = value("LAST", description="Nothing was used after it.")


contract_enum(
    BudgetSource,
    "Who pays for what a programme gives. 財源",
    PUBLIC_BUDGET="The municipality's own budget, grants of prefecture and state included. 公費",
    CHAMBER="A chamber or society of commerce. 商工会・商工会議所",
    STORE_ASSOCIATION="An association of stores, or the stores themselves. 商店会・加盟店",
    DONATION="Donations. 寄附",
    OTHER="Other funds. その他",
)
contract_enum(
    JournalKind,
    "What a journal records.",
    name="TransactionKind",
    hidden=("EXPIRY_REMINDER", "GRANT_CLOSED"),  # they move nothing, so no line of a history comes of them
    CHARGE="A charge. チャージ",
    PAYMENT="A payment to a store. お支払い",
    REFUND="A store gave back a payment. 返金（残高戻し）",
    REVERSAL="A correction by the municipality. 取消",
    HOLD="Value set aside. 仮押さえ",
    CAPTURE="A payment of what was set aside. 売上確定",
    VOID="What was set aside is free again. 仮押さえの取消",
    LAPSE="What was set aside is free again because its time is over. 仮押さえの期限切れ",
    ALLOCATION="A programme got its budget, or gave the rest back. 予算配当",
    GRANT="A programme gave value. 付与",
    EXPIRY="Value whose last day was over left the wallet. 失効",
    VOUCHER_PURCHASE="Units of a voucher product were bought. 商品券の購入",
    GIFT_ACTIVATION="A gift's vouchers came into the wallet. ギフトの受け取り",
    COUPON_CLAIM="A coupon was claimed. クーポン取得",
    REDEMPTION="A coupon, voucher or ticket was redeemed. 引換",
    REDEMPTION_ROLLBACK="A redemption was rolled back. 引換の取消",
    COUPON_ISSUE="A coupon was issued, with its budget. クーポン発行",
    BUDGET_CHANGE="A programme's budget was changed. 予算変更",
    CONVERSION="Value was converted into other value. ポイント交換",
    CHARGE_CANCEL="The counter cancelled a charge. チャージ取消",
)
__all__ = ["AllocationReason", "BudgetSource", "JournalKind"]
