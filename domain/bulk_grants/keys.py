"""The ledger's keys of a grant by file.

The same row has the same key for ever, so it may be sent again by whoever finds it unfinished.
"""

from uuid import UUID

from domain.bulk_grants.reads import BulkGrant, BulkRow
from domain.identifiers import derived
from domain.ledger.kinds import GuardKind
from domain.ledger.request import GuardKey


def grant_key(bulk_grant: UUID, number: int) -> UUID:
    """Of the grant of a row."""
    return derived(bulk_grant, "grant", str(number))


def undo_key(row: BulkRow) -> UUID:
    """Of taking back what is left of a row."""
    return derived(row.bulk_grant, "undo", str(row.number))


def closed_guard(bulk: BulkGrant) -> GuardKey:
    """1 once the rest was called off: after that commit no row of it is granted, whoever still tries."""
    return (bulk.municipality, GuardKind.BULK_GRANT_CLOSED, bulk.id, "")
