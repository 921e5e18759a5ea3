"""Enums of uploads."""

from domain.uploads.kinds import UploadPurpose
from schema.core.enums import contract_enum

contract_enum(
    UploadPurpose,
    "What a file is for. It decides how large the file may be, and which content types are taken.",
    BULK_GRANT="A CSV of wallets and amounts for `startBulkGrant`: text/csv, at most 16 MiB. 一括付与",
)

__all__ = ["UploadPurpose"]
