"""The ledger keys of a bulk grant.

A row always has the same key, so any process may post an unfinished row again.
"""

from uuid import UUID

from domain.bulk_grants.reads import BulkGrant, BulkRow
from domain.identifiers import derived
from domain.ledger.kinds import GuardKind
from domain.ledger.request import GuardKey


def grant_key(bulk_grant: UUID, number: int) -> UUID:
    """Return the key of the grant of a row."""
    return derived(bulk_grant, "grant", str(number))


def undo_key(row: BulkRow) -> UUID:
    """Return the key of the undo of a row."""
    return derived(row.bulk_grant, "undo", str(row.number))


def closed_guard(bulk: BulkGrant) -> GuardKey:
    """Return the key of the guard that is 1 once the bulk grant is closed; from then on no row is granted."""
    return (bulk.municipality, GuardKind.BULK_GRANT_CLOSED, bulk.id, "")
