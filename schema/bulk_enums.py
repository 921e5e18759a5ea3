"""Enums of uploads and of grants by file. Names equal the domain's."""

from enum import Enum

import strawberry

from domain.bulk.reads import BulkState, RowState
from domain.uploads.purposes import UploadPurpose as DomainUploadPurpose

value = strawberry.enum_value


@strawberry.enum(description="What a file is for. It says how large the file may be, and what it may be.")
class UploadPurpose(Enum):
    """What a file is for."""

    BULK_GRANT = value(
        DomainUploadPurpose.BULK_GRANT.value, description="A CSV of wallets and amounts for `startBulkGrant`: text/csv, at most 16 MiB. 一括付与"
    )


@strawberry.enum(description="Where a bulk grant is.")
class BulkGrantState(Enum):
    """Where a bulk grant is."""

    AWAITING_APPROVAL = value(BulkState.AWAITING_APPROVAL.value, description="Above the town's threshold: another officer must approve. 承認待ち")
    RUNNING = value(BulkState.RUNNING.value, description="Rows are being granted. 付与中")
    PAUSED = value(BulkState.PAUSED.value, description="Stopped until somebody resumes it. 一時停止")
    FINISHED = value(BulkState.FINISHED.value, description="Every row was granted or refused. 完了")
    CANCELLING = value(BulkState.CANCELLING.value, description="Called off: nothing more is granted; the rest is being closed. 取りやめ中")
    CANCELLED = value(BulkState.CANCELLED.value, description="Called off; what had been granted stays. 取りやめ")
    UNDOING = value(BulkState.UNDOING.value, description="What is left is being taken back. 取消中")
    UNDONE = value(BulkState.UNDONE.value, description="What was left has been taken back. 取消済み")


@strawberry.enum(description="Where a row of a bulk grant is.")
class BulkRowState(Enum):
    """Where a row is."""

    WAITING = value(RowState.WAITING.value, description="Not granted yet. 未処理")
    GRANTED = value(RowState.GRANTED.value, description="Granted. 付与済み")
    REFUSED = value(RowState.REFUSED.value, description="Refused when its turn came; nothing moved. 付与不可")
    INVALID = value(RowState.INVALID.value, description="Wrong in the file, and skipped. 誤り")
    CANCELLED = value(RowState.CANCELLED.value, description="Called off before its turn. 取りやめ")
