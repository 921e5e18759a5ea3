"""Enums of uploads and of grants by file. Names equal the domain's."""

from enum import Enum

import strawberry

from domain.bulk_grants.kinds import BulkState, RowState
from domain.uploads.kinds import UploadPurpose as DomainUploadPurpose
from domain.uploads.kinds import UploadState as DomainUploadState

value = strawberry.enum_value


@strawberry.enum(description="What a file is for. It says how large the file may be, and what it may be.")
class UploadPurpose(Enum):
    """What a file is for."""

    BULK_GRANT = value(
        DomainUploadPurpose.BULK_GRANT.value,
        description="A CSV of wallets and amounts for `startBulkGrant`: text/csv, at most 16 MiB. 一括付与",
    )


@strawberry.enum(description="Where a bulk grant is.")
class BulkGrantState(Enum):
    """Where a bulk grant is."""

    AWAITING_APPROVAL = value(
        BulkState.AWAITING_APPROVAL.name,
        description="Above the town's threshold: another officer must approve. 承認待ち",
    )
    RUNNING = value(BulkState.RUNNING.name, description="Rows are being granted. 付与中")
    PAUSED = value(BulkState.PAUSED.name, description="Stopped until somebody resumes it. 一時停止")
    FINISHED = value(BulkState.FINISHED.name, description="Every row was granted or refused. 完了")
    CANCELLING = value(
        BulkState.CANCELLING.name,
        description="Called off: nothing more is granted; the rest is being closed. 取りやめ中",
    )
    CANCELLED = value(BulkState.CANCELLED.name, description="Called off; what had been granted stays. 取りやめ")
    UNDOING = value(BulkState.UNDOING.name, description="What is left is being taken back. 取消中")
    UNDONE = value(BulkState.UNDONE.name, description="What was left has been taken back. 取消済み")


@strawberry.enum(description="Where a row of a bulk grant is.")
class BulkRowState(Enum):
    """Where a row is."""

    WAITING = value(RowState.WAITING.name, description="Not granted yet. 未処理")
    GRANTED = value(RowState.GRANTED.name, description="Granted. 付与済み")
    REFUSED = value(RowState.REFUSED.name, description="Refused when its turn came; nothing moved. 付与不可")
    INVALID = value(RowState.INVALID.name, description="Wrong in the file, and skipped. 誤り")
    CANCELLED = value(RowState.CANCELLED.name, description="Called off before its turn. 取りやめ")


@strawberry.enum(description="Why the file of an upload cannot be read.")
class UploadState(Enum):
    """Why the file cannot be read."""

    WAITING = value(DomainUploadState.WAITING.name, description="Nothing was sent yet. 送信待ち")
    ARRIVING = value(DomainUploadState.ARRIVING.name, description="It is being sent. 送信中")
    FAILED = value(
        DomainUploadState.FAILED.name,
        description="It broke off, or was no file that is taken: make a new address. 送信失敗",
    )
    ERASED = value(
        DomainUploadState.ERASED.name, description="The town's days for keeping files are over: send it again. 消去済み"
    )
