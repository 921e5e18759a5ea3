"""Enums of bulk grants."""

from domain.bulk_grants.kinds import BulkState, RepetitionReason, RowState
from schema.core.enums import contract_enum

contract_enum(
    BulkState,
    "State of a bulk grant.",
    name="BulkGrantState",
    AWAITING_APPROVAL="Above the municipality's threshold: another officer must approve. 承認待ち",
    RUNNING="Rows are being granted. 付与中",
    PAUSED="Stopped until an officer resumes it. 一時停止",
    FINISHED="Every row was granted or refused. 完了",
    CANCELLING="Cancelled: nothing more is granted; the rest is being closed. 取りやめ中",
    CANCELLED="Cancelled; what had been granted stays. 取りやめ",
    UNDOING="What is left is being taken back. 取消中",
    UNDONE="What was left has been taken back. 取消済み",
)
contract_enum(
    RowState,
    "State of a row of a bulk grant.",
    name="BulkRowState",
    WAITING="Not granted yet. 未処理",
    GRANTED="Granted. 付与済み",
    REFUSED="Refused when its turn came; nothing moved. 付与不可",
    INVALID="Wrong in the file, and skipped. 誤り",
    CANCELLED="Cancelled before its turn. 取りやめ",
)

contract_enum(
    RepetitionReason,
    "Why a file gives wallets again what its programme has given them.",
    name="DuplicatesReason",
    NEXT_INSTALMENT="The next of several, as in a monthly programme. 定期の付与",
    ADDITIONAL="More was decided for the same people. 追加の付与",
    CORRECTION="The earlier grant was wrong and is put right otherwise. 訂正",
    OTHER="Another reason. その他",
)

__all__ = ["BulkState", "RepetitionReason", "RowState"]
