"""What resolvers of uploads and of grants by file hand to the contract: frozen, plain attributes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from domain.bulk_grants.check import Check
from domain.bulk_grants.csv_file import Row
from domain.bulk_grants.reads import BulkGrant, BulkRow
from domain.grants.propose import Proposal
from domain.municipalities.thresholds import Thresholds
from resolvers.views import BalanceAfter, Grant, PageInfo

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EdgeOf(Generic[T]):
    """One item of a page and its cursor."""

    node: T
    cursor: str


@dataclass(frozen=True, slots=True)
class PageOf(Generic[T]):
    """A page of items."""

    edges: list[EdgeOf[T]]
    page_info: PageInfo


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that is wrong, of a file of a town."""

    row: Row


@dataclass(frozen=True, slots=True)
class UploadAddress:
    """Where a file goes."""

    id: str
    address: str
    maximum_bytes: int
    content_types: list[str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CreateUploadSuccess:
    """An address for a file."""

    upload: UploadAddress


@dataclass(frozen=True, slots=True)
class CheckBulkGrantSuccess:
    """What a file would do."""

    check: Check


@dataclass(frozen=True, slots=True)
class StartBulkGrantSuccess:
    """A bulk grant that has begun, or waits for its approval."""

    bulk_grant: BulkGrant
    replayed: bool


@dataclass(frozen=True, slots=True)
class ApproveBulkGrantSuccess:
    """An approved bulk grant."""

    bulk_grant: BulkGrant
    replayed: bool


@dataclass(frozen=True, slots=True)
class PauseBulkGrantSuccess:
    """A bulk grant that stands still."""

    bulk_grant: BulkGrant


@dataclass(frozen=True, slots=True)
class ResumeBulkGrantSuccess:
    """A bulk grant that goes on."""

    bulk_grant: BulkGrant


@dataclass(frozen=True, slots=True)
class CancelBulkGrantSuccess:
    """A bulk grant whose rest is called off."""

    bulk_grant: BulkGrant


@dataclass(frozen=True, slots=True)
class UndoBulkGrantSuccess:
    """A bulk grant that is being undone."""

    bulk_grant: BulkGrant
    replayed: bool


@dataclass(frozen=True, slots=True)
class ProposeGrantSuccess:
    """A proposal."""

    proposal: Proposal
    replayed: bool


@dataclass(frozen=True, slots=True)
class ApproveGrantSuccess:
    """A grant that two people made."""

    grant: Grant
    balances: list[BalanceAfter]
    replayed: bool


@dataclass(frozen=True, slots=True)
class SetGrantThresholdsSuccess:
    """New thresholds."""

    thresholds: Thresholds


BulkGrantPage = PageOf[BulkGrant]
BulkRowPage = PageOf[BulkRow]
RowErrorPage = PageOf[RowError]
