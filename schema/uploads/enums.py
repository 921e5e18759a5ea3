"""Enums of uploads."""

from domain.uploads.kinds import UploadPurpose, UploadState
from schema.core.enums import contract_enum

contract_enum(
    UploadPurpose,
    "What a file is for. It decides how large the file may be, and which content types are taken.",
    BULK_GRANT="A CSV of wallets and amounts for `startBulkGrant`: text/csv, at most 16 MiB. 一括付与",
)
contract_enum(
    UploadState,
    "Why the file of an upload cannot be read.",
    hidden=("RECEIVED",),
    WAITING="Nothing has been sent yet. 送信待ち",
    ARRIVING="It is being sent. 送信中",
    FAILED="The transfer broke off, or the file was refused: request a new address. 送信失敗",
    ERASED="The municipality's retention period for files is over: send it again. 消去済み",
)

__all__ = ["UploadPurpose", "UploadState"]
