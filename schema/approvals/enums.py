"""Enums of approvals."""

from domain.approvals.kinds import ApprovalKind, ApprovalState, EndReason, ReversalReason
from schema.core.enums import contract_enum

contract_enum(
    ReversalReason,
    "Why a journal is reversed.",
    WRONG_WALLET="The wrong wallet. ウォレット違い",
    WRONG_AMOUNT="The wrong amount. 金額違い",
    POSTED_TWICE="Posted twice. 二重計上",
    FRAUD="Fraud. 不正",
    OTHER="Another reason. その他",
)
contract_enum(
    ApprovalKind,
    "What a proposal is about, and by which mutation it is approved. Show a kind that is new to you without a button.",
    REVERSAL="Reversing a journal; `reverseJournal`. 取消",
    VOUCHER_PRODUCT="A voucher product in review; `approveVoucherProduct`. 商品券",
    GRANT="A grant to one wallet; `approveGrant`. 付与",
    BULK_GRANT="A grant by file; `approveBulkGrant`. 一括付与",
    GRANT_THRESHOLDS="Higher thresholds; `approveChange`. 承認が必要になる金額",
    CHARGE_CANCELLATION="More time for cancelling charges; `approveChange`. チャージ取消の時間",
    PROGRAMME="A new programme with its budget; `approveChange`. 事業",
    BUDGET="More budget for a programme; `approveChange`. 予算",
    PROGRAMME_CHANGE="A later end of a programme; `approveChange`. 事業の期間",
    EARNING_RULE="A new earning rule; `approveChange`. 付与ルール",
    COUPON="A coupon at the municipality's cost; `approveChange`. クーポン",
    CONVERSION_RATE="A rate of conversion; `approveChange`. 交換率",
    ASSET="A new kind of paid value with wider limits; `approveChange`. 通貨",
    ASSET_CHANGE="Wider limits of a kind of value; `approveChange`. 通貨の上限",
    BULK_GRANT_UNDO="Taking a bulk grant back; `approveChange`. 一括付与の取消",
    STAFF="A new member of the municipality's staff; `approveChange`. 職員",
    WALLET_RELEASE="Releasing a frozen wallet; `approveChange`. ウォレットの凍結解除",
    STORE_RESUMPTION="A suspended store takes payments again; `approveChange`. 加盟店の再開",
)
contract_enum(
    ApprovalState,
    "What has become of a proposal.",
    PROPOSED="Waits for another officer. 承認待ち",
    APPROVED="Another officer has approved it. 承認済み",
    REJECTED="Another officer has rejected it; it can be proposed again. 却下",
    WITHDRAWN="Its proposer has withdrawn it; it can be proposed again. 取下げ",
    EXPIRED="Nobody decided in time; it can be proposed again. 期限切れ",
)
contract_enum(
    EndReason,
    "Why a proposal was rejected or withdrawn.",
    name="ApprovalEndReason",
    WRONG_SUBJECT="The wrong person, programme, file or product. 対象の誤り",
    WRONG_AMOUNT="The wrong amount, rate or date. 金額・率・日付の誤り",
    NOT_JUSTIFIED="The grounds are missing. 根拠の不足",
    DUPLICATE="It was proposed or done already. 重複",
    NO_LONGER_NEEDED="It is no longer needed. 不要になった",
    OTHER="Another reason, in the note. その他",
)
__all__ = ["ApprovalKind", "ApprovalState", "EndReason", "ReversalReason"]
