"""Enums of the contract, with what each value means.

Values equal the domain's, so that resolvers hand domain values through.
"""

from enum import Enum

import strawberry

from domain.approvals.kinds import ReversalReason as DomainReversalReason
from domain.assets.kinds import AssetKind as DomainAssetKind
from domain.assets.kinds import ExpiryRule as DomainExpiryRule
from domain.assets.kinds import LegalProfile as DomainLegalProfile
from domain.assets.kinds import RefundedAfterExpiry as DomainRefundedAfterExpiry
from domain.charging.kinds import CancelReason as DomainCancelReason
from domain.ledger.kinds import JournalKind, Operation
from domain.payments.kinds import RefundReason as DomainRefundReason
from domain.points.kinds import Reason as DomainEarningReason
from domain.points.kinds import RuleKind as DomainRuleKind
from domain.points.kinds import Stacking as DomainStacking
from domain.programmes.kinds import ClawbackRule as DomainClawbackRule
from domain.programmes.kinds import ProgrammeKind as DomainProgrammeKind
from domain.refusals import Retry as DomainRetry
from domain.stores.kinds import SizeClass as DomainSizeClass
from domain.viewer import Role

value = strawberry.enum_value


@strawberry.enum(description="What a client may do after a refusal.")
class Retry(Enum):
    """What a client may do after a refusal."""

    SAME_KEY = value(
        DomainRetry.SAME_KEY.value,
        description="Send the same request with the same idempotency key again, later or with what was missing.",
    )
    NEW_KEY = value(
        DomainRetry.NEW_KEY.value, description="This key is closed. A changed request needs a new idempotency key."
    )
    NEVER = value(DomainRetry.NEVER.value, description="Repeating does not help.")


@strawberry.enum(
    description=(
        "Stable codes of refusals, for logic. Codes are added, never renamed; treat unknown codes by `retry` and"
        " `message`."
    )
)
class RefusalCode(Enum):
    """Stable codes of refusals."""

    INSUFFICIENT_BALANCE = value(
        "INSUFFICIENT_BALANCE", description="The wallet has less that may be spent here and now."
    )
    UNKNOWN_PAYEE = value("UNKNOWN_PAYEE", description="No such shop in the wallet's town.")
    UNKNOWN_WALLET = value("UNKNOWN_WALLET", description="No such wallet, or not one that the viewer may use.")
    UNKNOWN_ASSET = value("UNKNOWN_ASSET", description="No such asset in the town, or not one that can be charged.")
    UNKNOWN_PAYMENT = value("UNKNOWN_PAYMENT", description="No such payment.")
    UNKNOWN_JOURNAL = value(
        "UNKNOWN_JOURNAL", description="No such journal or approval, or not one that can be reversed."
    )
    STORE_NOT_ACCEPTING = value("STORE_NOT_ACCEPTING", description="The shop takes no payments now.")
    INVALID_CODE = value("INVALID_CODE", description="The scanned text is not a code that can be used here.")
    NOT_OUR_SHOP = value("NOT_OUR_SHOP", description="A shop's code, such as JPQR, but not of one of our shops.")
    AMOUNT_OUT_OF_RANGE = value("AMOUNT_OUT_OF_RANGE", description="Outside what may be moved at once.")
    NOTE_TOO_LONG = value("NOTE_TOO_LONG", description="The note is longer than 200 characters.")
    KEY_REUSED = value("KEY_REUSED", description="The idempotency key was used for something else; nothing moved now.")
    ABANDONED = value("ABANDONED", description="The key was closed by `abandon` before the request arrived.")
    REQUEST_EXPIRED = value("REQUEST_EXPIRED", description="The request arrived after its `validUntil`.")
    WALLET_FROZEN = value("WALLET_FROZEN", description="The wallet takes no part until its town releases it.")
    BALANCE_CAP = value("BALANCE_CAP", description="The wallet may not hold so much.")
    REFUND_EXCEEDS = value("REFUND_EXCEEDS", description="More than is left of the payment.")
    NOT_REFUNDABLE = value("NOT_REFUNDABLE", description="A journal that is not a payment.")
    NOT_PERMITTED = value("NOT_PERMITTED", description="The viewer may not do this here.")
    POSSIBLE_DUPLICATE = value(
        "POSSIBLE_DUPLICATE",
        description="The same wallet paid the same shop the same amount within 60 seconds under another key.",
    )
    ALREADY_REVERSED = value("ALREADY_REVERSED", description="The journal was reversed or refunded already.")
    REVERSAL_IMPOSSIBLE = value("REVERSAL_IMPOSSIBLE", description="What the journal gave has been spent.")
    APPROVER_IS_PROPOSER = value("APPROVER_IS_PROPOSER", description="Who proposes does not approve.")
    INVALID_INPUT = value("INVALID_INPUT", description="A field cannot be so; `field` names it.")
    BUDGET_EXCEEDED = value("BUDGET_EXCEEDED", description="More than is left of the programme's budget.")
    CAP_EXCEEDED = value("CAP_EXCEEDED", description="More than the person may still have of the programme.")
    UNKNOWN_PROGRAMME = value("UNKNOWN_PROGRAMME", description="No such programme, or not one that grants value.")
    UNKNOWN_PROPOSAL = value("UNKNOWN_PROPOSAL", description="No such proposed grant in the town.")
    UNKNOWN_EARNING_RULE = value("UNKNOWN_EARNING_RULE", description="No such earning rule in the town.")
    PROGRAMME_CLOSED = value("PROGRAMME_CLOSED", description="Before the programme begins, or after its end.")
    NOT_ELIGIBLE = value("NOT_ELIGIBLE", description="The person does not meet the programme's conditions.")
    QUOTE_CHANGED = value(
        "QUOTE_CHANGED", description="The payment would not use what its quote showed; nothing moved."
    )
    SOLD_OUT = value("SOLD_OUT", description="More units than are left of the voucher product.")
    UNITS_EXCEEDED = value("UNITS_EXCEEDED", description="More units than the person or household may still buy.")
    UNKNOWN_VOUCHER = value(
        "UNKNOWN_VOUCHER", description="No such voucher product or gift, or not one for the viewer."
    )
    VOUCHER_STATE = value("VOUCHER_STATE", description="The voucher product is not where this step begins.")
    VOUCHER_NOT_ON_SALE = value("VOUCHER_NOT_ON_SALE", description="Before the sale begins, after its end, or closed.")
    VOUCHER_BUDGET = value("VOUCHER_BUDGET", description="The declared budget does not cover the premium of all units.")
    VOUCHER_ENDED = value("VOUCHER_ENDED", description="The last day of the vouchers is over.")
    GIFT_CODE = value("GIFT_CODE", description="One of the gift's numbers or its PIN is wrong.")
    GIFT_LOCKED = value(
        "GIFT_LOCKED", description="Too many wrong attempts: whoever bought the gift must issue new numbers."
    )
    GIFT_USED = value("GIFT_USED", description="The gift has been activated, or taken back.")
    UNKNOWN_UPLOAD = value("UNKNOWN_UPLOAD", description="No such upload of the person, or one for something else.")
    UPLOAD_NOT_READY = value("UPLOAD_NOT_READY", description="The file has not arrived whole, or has been erased.")
    TOO_MANY_UPLOADS = value("TOO_MANY_UPLOADS", description="Too many addresses of the person wait for their files.")
    WRONG_ENCODING = value("WRONG_ENCODING", description="The file is neither UTF-8 nor Shift_JIS.")
    UNREADABLE_FILE = value("UNREADABLE_FILE", description="The file is not a table that can be read.")
    INVALID_ROWS = value("INVALID_ROWS", description="The file has rows that cannot be granted; nothing moved.")
    SAME_FILE = value("SAME_FILE", description="A file of the same content has been granted in this programme.")
    UPLOAD_USED = value("UPLOAD_USED", description="The upload has its bulk grant already.")
    UNKNOWN_BULK_GRANT = value("UNKNOWN_BULK_GRANT", description="No such bulk grant.")
    BULK_GRANT_STATE = value("BULK_GRANT_STATE", description="Not possible in the present state of the bulk grant.")
    ALREADY_GRANTED = value("ALREADY_GRANTED", description="The proposal was granted under another key.")
    APPROVAL_REQUIRED = value(
        "APPROVAL_REQUIRED", description="Above the town's threshold: another officer must approve; nothing moved."
    )
    UNKNOWN_COUPON = value("UNKNOWN_COUPON", description="No such coupon in the wallet's town.")
    COUPON_NOT_USABLE = value(
        "COUPON_NOT_USABLE", description="The coupon does not serve now, here, for this person, or so."
    )
    COUPON_USED_UP = value("COUPON_USED_UP", description="The coupon's stock, a limit or its budget says no.")
    UNKNOWN_ITEM = value("UNKNOWN_ITEM", description="The wallet has nothing of this voucher or ticket.")
    ITEM_NOT_USABLE = value("ITEM_NOT_USABLE", description="The voucher or ticket cannot be handed over here and now.")
    UNKNOWN_REDEMPTION = value("UNKNOWN_REDEMPTION", description="No such hand-over in the town.")
    ALREADY_ROLLED_BACK = value("ALREADY_ROLLED_BACK", description="The hand-over was undone before.")
    BUSY = value("BUSY", description="Not taken in time; nothing was written.")
    UNKNOWN_FUNDING_SOURCE = value(
        "UNKNOWN_FUNDING_SOURCE", description="No such funding source of the viewer for this wallet."
    )
    TOP_UP_EXCEEDS = value("TOP_UP_EXCEEDS", description="The wallet lacks more than may be topped up at once.")
    FUNDING_DECLINED = value("FUNDING_DECLINED", description="The provider of the card or account said no.")
    FUNDING_UNAVAILABLE = value(
        "FUNDING_UNAVAILABLE", description="The provider of the card or account does not answer; nothing was taken."
    )
    UNSAFE_CHANGE = value("UNSAFE_CHANGE", description="Value was issued under rules that the change would take away.")
    NO_CONVERSION_RATE = value(
        "NO_CONVERSION_RATE", description="The town has no rate for these two kinds of value now."
    )
    CONVERSION_AMOUNT = value(
        "CONVERSION_AMOUNT", description="Not a multiple of the unit of conversion, or too little to give anything."
    )
    CONVERSION_CAP = value("CONVERSION_CAP", description="More than the person may still convert today.")
    CANCEL_TOO_LATE = value("CANCEL_TOO_LATE", description="The counter's time to cancel the top-up is over.")
    OUTCOME_UNKNOWN = value(
        "OUTCOME_UNKNOWN",
        description="The database was lost while committing: ask `outcome`, or send the same key again.",
    )


@strawberry.enum(description="The verb of a money mutation, as its idempotency key knows it.")
class MoneyOperation(Enum):
    """The verb of a money mutation."""

    CHARGE = value(Operation.CHARGE.value, description="`charge`.")
    PAY = value(Operation.PAY.value, description="`pay`.")
    REFUND_PAYMENT = value(Operation.REFUND_PAYMENT.value, description="`refundPayment`.")
    REVERSE_JOURNAL = value(Operation.REVERSE_JOURNAL.value, description="`reverseJournal`.")
    ALLOCATE = value(Operation.ALLOCATE.value, description="`createProgramme`.")
    GRANT_VALUE = value(Operation.GRANT_VALUE.value, description="`grantValue`.")
    PURCHASE_VOUCHER = value(Operation.PURCHASE_VOUCHER.value, description="`purchaseVoucher`.")
    SELL_VOUCHER = value(Operation.SELL_VOUCHER.value, description="`sellVoucher`.")
    ACTIVATE_GIFT = value(Operation.ACTIVATE_GIFT.value, description="`activateGift`.")
    APPROVE_VOUCHER_PRODUCT = value(Operation.APPROVE_VOUCHER_PRODUCT.value, description="`approveVoucherProduct`.")
    CLOSE_VOUCHER_PRODUCT = value(Operation.CLOSE_VOUCHER_PRODUCT.value, description="`closeVoucherProduct`.")
    APPROVE_GRANT = value(Operation.APPROVE_GRANT.value, description="`approveGrant`.")
    CREATE_COUPON = value(Operation.CREATE_COUPON.value, description="`createCoupon`.")
    CLAIM_COUPON = value(Operation.CLAIM_COUPON.value, description="`claimCoupon`.")
    REDEEM = value(Operation.REDEEM.value, description="`redeem`.")
    ROLLBACK_REDEMPTION = value(Operation.ROLLBACK_REDEMPTION.value, description="`rollbackRedemption`.")
    CHANGE_BUDGET = value(Operation.CHANGE_BUDGET.value, description="`changeBudget`.")
    CONVERT = value(Operation.CONVERT.value, description="`convert`.")
    CANCEL_CHARGE = value(Operation.CANCEL_CHARGE.value, description="`cancelCharge`.")


@strawberry.enum(description="What became of an idempotency key.")
class OutcomeState(Enum):
    """What became of an idempotency key."""

    SETTLED = value("SETTLED", description="Value moved; the journal says what.")
    REFUSED = value("REFUSED", description="Refused for good; nothing moved.")
    ABANDONED = value("ABANDONED", description="Closed by `abandon`; nothing moved and nothing will.")
    UNKNOWN = value(
        "UNKNOWN", description="Not seen (yet). Nothing moved until now; a request may still be on its way."
    )


@strawberry.enum(description="What a journal records.")
class TransactionKind(Enum):
    """What a journal records."""

    CHARGE = value(JournalKind.CHARGE.value, description="Topping up. チャージ")
    PAYMENT = value(JournalKind.PAYMENT.value, description="A payment to a shop. お支払い")
    REFUND = value(JournalKind.REFUND.value, description="A shop gave back. 返金（残高戻し）")
    REVERSAL = value(JournalKind.REVERSAL.value, description="A correction by the town. 取消")
    HOLD = value(JournalKind.HOLD.value, description="Value set aside. 仮押さえ")
    CAPTURE = value(JournalKind.CAPTURE.value, description="A payment of what was set aside. 売上確定")
    VOID = value(JournalKind.VOID.value, description="What was set aside is free again. 仮押さえの取消")
    LAPSE = value(
        JournalKind.LAPSE.value,
        description="What was set aside is free again because its time is over. 仮押さえの期限切れ",
    )
    ALLOCATION = value(
        JournalKind.ALLOCATION.value, description="A programme got its budget, or gave the rest back. 予算配当"
    )
    GRANT = value(JournalKind.GRANT.value, description="A programme gave value. 付与")
    EXPIRY = value(JournalKind.EXPIRY.value, description="Value whose last day was over left the wallet. 失効")
    VOUCHER_PURCHASE = value(
        JournalKind.VOUCHER_PURCHASE.value, description="Units of a voucher product were bought. 商品券の購入"
    )
    GIFT_ACTIVATION = value(
        JournalKind.GIFT_ACTIVATION.value, description="A gift's vouchers came into the wallet. ギフトの受け取り"
    )
    COUPON_CLAIM = value(JournalKind.COUPON_CLAIM.value, description="A coupon was claimed. クーポン取得")
    REDEMPTION = value(JournalKind.REDEMPTION.value, description="A coupon, voucher or ticket was handed over. 引換")
    REDEMPTION_ROLLBACK = value(JournalKind.REDEMPTION_ROLLBACK.value, description="A hand-over was undone. 引換の取消")
    COUPON_ISSUE = value(
        JournalKind.COUPON_ISSUE.value, description="A coupon was issued, with its budget. クーポン発行"
    )
    BUDGET_CHANGE = value(JournalKind.BUDGET_CHANGE.value, description="A programme's budget was changed. 予算変更")
    CONVERSION = value(JournalKind.CONVERSION.value, description="Value was converted into other value. ポイント交換")
    CHARGE_CANCEL = value(JournalKind.CHARGE_CANCEL.value, description="The counter cancelled a top-up. チャージ取消")


@strawberry.enum(description="Kinds of value.")
class AssetKind(Enum):
    """Kinds of value."""

    CASH = value(DomainAssetKind.CASH.value, description="Yen in cash boxes; never in a wallet. 現金")
    COIN = value(DomainAssetKind.COIN.value, description="Paid value, topped up with money. 地域通貨")
    BONUS_COIN = value(
        DomainAssetKind.BONUS_COIN.value, description="Unpaid value that comes with a top-up. チャージプレミアム"
    )
    ADMINISTRATIVE_POINT = value(
        DomainAssetKind.ADMINISTRATIVE_POINT.value, description="Points for what the town wants done. 行政ポイント"
    )
    SHOPPING_POINT = value(DomainAssetKind.SHOPPING_POINT.value, description="Points for shopping. お買い物ポイント")
    VOUCHER = value(DomainAssetKind.VOUCHER.value, description="Vouchers. 商品券")
    GIFT_TICKET = value(
        DomainAssetKind.GIFT_TICKET.value, description="Tickets for donors to the town. ふるさと納税返礼電子チケット"
    )
    MILE = value(DomainAssetKind.MILE.value, description="Miles, which are collected and not spent. マイル")


@strawberry.enum(description="Who issues an asset, in the words of the Payment Services Act.")
class LegalProfile(Enum):
    """Who issues an asset."""

    MUNICIPALITY = value(DomainLegalProfile.MUNICIPALITY.value, description="A local government; exempt. 自治体発行")
    REGISTERED_THIRD_PARTY = value(
        DomainLegalProfile.REGISTERED_THIRD_PARTY.value, description="A registered issuer. 第三者型発行者"
    )
    OWN_BUSINESS = value(DomainLegalProfile.OWN_BUSINESS.value, description="For the issuer's own shops only. 自家型")


@strawberry.enum(description="When value of an asset ends.")
class ExpiryRule(Enum):
    """When value of an asset ends."""

    NONE = value(DomainExpiryRule.NONE.value, description="Never. 期限なし")
    FIXED_DATE = value(DomainExpiryRule.FIXED_DATE.value, description="After a day. 固定日")
    MONTHS_AFTER_ISSUE = value(
        DomainExpiryRule.MONTHS_AFTER_ISSUE.value, description="On the same day some months after issue. 発行からnか月"
    )
    LAST_USE_MONTHS = value(
        DomainExpiryRule.LAST_USE_MONTHS.value,
        description="On the same day some months after issue, and anew after each payment. 最終利用からnか月",
    )
    MONTH_END_AFTER_MONTHS = value(
        DomainExpiryRule.MONTH_END_AFTER_MONTHS.value,
        description="At the end of the month that is some months after that of issue. nか月後の月末",
    )


@strawberry.enum(description="What becomes of refunded value whose last day is over.")
class RefundedAfterExpiry(Enum):
    """What becomes of refunded value whose last day is over."""

    NONE = value(DomainRefundedAfterExpiry.NONE.value, description="It is not refunded. 返金しない")
    FRESH_DAYS = value(
        DomainRefundedAfterExpiry.FRESH_DAYS.value, description="It may be spent for some more days. 返金からn日間有効"
    )


@strawberry.enum(description="How large a shop is; towns draw the line at a floor area.")
class SizeClass(Enum):
    """How large a shop is."""

    SMALL = value(DomainSizeClass.SMALL.value, description="A small shop. 中小店")
    LARGE = value(DomainSizeClass.LARGE.value, description="A large shop. 大型店")


@strawberry.enum(description="How a programme gives value.")
class ProgrammeKind(Enum):
    """How a programme gives value."""

    GRANT = value(DomainProgrammeKind.GRANT.value, description="Staff give it to wallets. 給付・付与")
    CHARGE_BONUS = value(
        DomainProgrammeKind.CHARGE_BONUS.value, description="It comes with a top-up, by a rate. チャージプレミアム"
    )
    EARNING = value(
        DomainProgrammeKind.EARNING.value, description="Payments earn it, by earning rules. お買い物ポイント"
    )
    VOUCHER = value(
        DomainProgrammeKind.VOUCHER.value,
        description="It is sold as vouchers; made by `approveVoucherProduct` only. 商品券",
    )
    CONVERSION = value(
        DomainProgrammeKind.CONVERSION.value,
        description="It pays for what residents convert other value into. ポイント交換の原資",
    )


@strawberry.enum(description="What an earning rule counts.")
class EarningRuleKind(Enum):
    """What an earning rule counts."""

    PERCENT = value(DomainRuleKind.PERCENT.value, description="A percentage of what was paid, rounded down. 購入額の％")
    PER_VISIT = value(DomainRuleKind.PER_VISIT.value, description="So many points for a payment. 来店ポイント")


@strawberry.enum(description="Whether an earning rule gives beside others.")
class EarningStacking(Enum):
    """Whether an earning rule gives beside others."""

    WITH_OTHERS = value(DomainStacking.WITH_OTHERS.value, description="It adds to what other rules give. 併用可")
    ALONE = value(
        DomainStacking.ALONE.value,
        description="It gives only if no rule before it gave, and none after it gives. 併用不可",
    )


@strawberry.enum(description="What becomes of points that a refund takes back and that were spent already.")
class ClawbackRule(Enum):
    """What becomes of points that were spent already."""

    DEDUCT = value(
        DomainClawbackRule.DEDUCT.value,
        description="They are kept from the refund, one point for one yen. 返金から差し引く",
    )
    DEBT = value(
        DomainClawbackRule.DEBT.value, description="The next points settle them. 次回以降のポイントから差し引く"
    )
    WAIVE = value(DomainClawbackRule.WAIVE.value, description="They are let go. 回収しない")


@strawberry.enum(description="What an earning rule said of a payment.")
class EarningReason(Enum):
    """What an earning rule said of a payment."""

    APPLIED = value(DomainEarningReason.APPLIED.value, description="It gave all that it gives.")
    CUT_PER_DAY = value(
        DomainEarningReason.CUT_PER_DAY.value, description="Cut to what its cap per person and day left."
    )
    CUT_PER_MONTH = value(
        DomainEarningReason.CUT_PER_MONTH.value, description="Cut to what its cap per person and month left."
    )
    CUT_PER_PERSON = value(
        DomainEarningReason.CUT_PER_PERSON.value, description="Cut to what the programme's cap per person left."
    )
    CUT_BY_BUDGET = value(DomainEarningReason.CUT_BY_BUDGET.value, description="Cut to what the budget left.")
    CUT_BY_BALANCE = value(
        DomainEarningReason.CUT_BY_BALANCE.value, description="Cut to what the wallet may still hold."
    )
    NOT_THIS_SHOP = value(DomainEarningReason.NOT_THIS_SHOP.value, description="It is for other shops.")
    NOT_THIS_TIME = value(DomainEarningReason.NOT_THIS_TIME.value, description="It is for other days or hours.")
    NOT_ELIGIBLE = value(DomainEarningReason.NOT_ELIGIBLE.value, description="It is for other people.")
    BELOW_MINIMUM = value(
        DomainEarningReason.BELOW_MINIMUM.value,
        description="The part that counts is below its minimum, or earns less than one.",
    )
    NOT_STACKED = value(
        DomainEarningReason.NOT_STACKED.value, description="Another rule gave, and one of them gives alone."
    )


@strawberry.enum(description="A day of the week in Asia/Tokyo.")
class Weekday(Enum):
    """A day of the week."""

    MONDAY = value(1, description="月曜日")
    TUESDAY = value(2, description="火曜日")
    WEDNESDAY = value(3, description="水曜日")
    THURSDAY = value(4, description="木曜日")
    FRIDAY = value(5, description="金曜日")
    SATURDAY = value(6, description="土曜日")
    SUNDAY = value(7, description="日曜日")


@strawberry.enum(description="Why a payment used a lot before the next one.")
class AllocationReason(Enum):
    """Why a lot was used before the next one."""

    RESTRICTED_FIRST = value("RESTRICTED_FIRST", description="There are shops or amounts that it cannot pay.")
    EXPIRES_FIRST = value("EXPIRES_FIRST", description="It ends earlier.")
    UNPAID_FIRST = value("UNPAID_FIRST", description="It was given free of charge.")
    OLDEST_FIRST = value("OLDEST_FIRST", description="It was received earlier.")
    LAST = value("LAST", description="Nothing was used after it.")


@strawberry.enum(description="What a viewer's token lets them act as.")
class RoleName(Enum):
    """What a viewer's token lets them act as."""

    RESIDENT = value(Role.RESIDENT.value, description="Uses wallets. 住民・来訪者")
    MERCHANT_STAFF = value(Role.MERCHANT_STAFF.value, description="Acts for a shop. 加盟店スタッフ")
    DESK = value(Role.DESK.value, description="Serves at the municipal desk. 窓口")
    FINANCE = value(Role.FINANCE.value, description="Finance officer of the town. 会計")
    AUDITOR = value(Role.AUDITOR.value, description="Reads everything of the town, changes nothing. 監査")


@strawberry.enum(description="Who stands on the other side of a movement.")
class PartyKind(Enum):
    """Who stands on the other side of a movement."""

    STORE = value("STORE", description="A shop. 加盟店")
    CUSTOMER = value("CUSTOMER", description="A wallet; who it is stays untold. お客さま")
    TOWN = value("TOWN", description="The municipal desk or issuer. 自治体")


@strawberry.enum(description="Why a shop gives money back.")
class RefundReason(Enum):
    """Why a shop gives money back."""

    RETURNED_GOODS = value(DomainRefundReason.RETURNED_GOODS.value, description="Goods came back. 返品")
    WRONG_AMOUNT = value(DomainRefundReason.WRONG_AMOUNT.value, description="The amount was wrong. 金額違い")
    PAID_TWICE = value(DomainRefundReason.PAID_TWICE.value, description="Paid twice. 二重払い")
    CANCELLED = value(DomainRefundReason.CANCELLED.value, description="The sale was called off. 取りやめ")
    OTHER = value(DomainRefundReason.OTHER.value, description="Another reason. その他")


@strawberry.enum(description="Why a journal is undone.")
class ReversalReason(Enum):
    """Why a journal is undone."""

    WRONG_WALLET = value(DomainReversalReason.WRONG_WALLET.value, description="The wrong wallet. ウォレット違い")
    WRONG_AMOUNT = value(DomainReversalReason.WRONG_AMOUNT.value, description="The wrong amount. 金額違い")
    POSTED_TWICE = value(DomainReversalReason.POSTED_TWICE.value, description="Posted twice. 二重計上")
    FRAUD = value(DomainReversalReason.FRAUD.value, description="Fraud. 不正")
    OTHER = value(DomainReversalReason.OTHER.value, description="Another reason. その他")


@strawberry.enum(description="Why a counter cancels a top-up.")
class CancelReason(Enum):
    """Why a counter cancels a top-up."""

    WRONG_AMOUNT = value(DomainCancelReason.WRONG_AMOUNT.value, description="The amount was wrong. 金額違い")
    WRONG_WALLET = value(DomainCancelReason.WRONG_WALLET.value, description="The wrong wallet. ウォレット違い")
    CHANGED_MIND = value(
        DomainCancelReason.CHANGED_MIND.value, description="The customer does not want it. お客さまの取りやめ"
    )
    OTHER = value(DomainCancelReason.OTHER.value, description="Another reason. その他")


@strawberry.enum(description="Why a stream ended.")
class ResyncReason(Enum):
    """Why a stream ended."""

    TOO_FAR_BEHIND = value("TOO_FAR_BEHIND", description="More than 1,000 events or 24 hours behind.")
    TOO_SLOW = value("TOO_SLOW", description="More than 256 events waited to be read.")
    AHEAD = value("AHEAD", description="The cursor is of the future.")
