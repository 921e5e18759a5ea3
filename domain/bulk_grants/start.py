"""A grant by file begins: the rows are written down in one commit, to be granted by the runner.

Or to wait for a second officer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.exceptions import IntegrityError

from domain.approvals.kinds import ApprovalKind
from domain.approvals.propose import proposed
from domain.approvals.trail import record
from domain.bulk_grants import reads
from domain.bulk_grants.csv_file import Row
from domain.bulk_grants.examine import Examination, examination
from domain.bulk_grants.kinds import BulkState, RowState
from domain.bulk_grants.reads import BulkGrant
from domain.bulk_grants.refusals import InvalidRowsError, SameFileError, UnknownBulkGrantError, UploadUsedError
from domain.bulk_grants.run import kick
from domain.database import transaction
from domain.identifiers import Prefix, derived, encode
from domain.ledger.holders import require_staff
from domain.ledger.refusals import KeyReusedError
from domain.municipalities.thresholds import thresholds_of
from domain.programmes.reads import budgets_left
from domain.programmes.refusals import BudgetExceededError
from domain.services import Services
from domain.uploads import reads as uploads
from domain.uploads.kinds import UploadPurpose
from domain.viewer import Relation, Viewer

WRITTEN_AT_ONCE = 5_000
NO_REASON = 9
"""`OTHER`: the file itself is the reason."""
_INSERT = """insert into bulk_grant_row (municipality_id, bulk_grant_id, number, wallet_id, amount, state, problem,
  problem_data)
  select $1, $2, n, w, a, s, p, d::jsonb from unnest($3::integer[], $4::uuid[], $5::bigint[], $6::smallint[],
    $7::text[], $8::text[])
  x (n, w, a, s, p, d)"""


@dataclass(frozen=True, slots=True)
class Start:
    """What a finance officer asks. `skip_invalid`: wrong rows are left out instead of refusing the file."""

    key: UUID
    municipality: int
    upload_id: UUID
    programme_id: UUID
    skip_invalid: bool
    confirm_same_file: bool = False


async def start_bulk_grant(services: Services, viewer: Viewer, what: Start) -> tuple[BulkGrant, bool]:
    """The grant by file of a key, and whether it was there before.

    The same key starts one, however often it is sent.
    """
    await require_staff(what.municipality, viewer, Relation.FINANCE)
    name = derived(viewer.person_id, "bulk_grant", str(what.municipality), str(what.key))
    known = await _known(name, what)
    if known is not None:
        kick(services, known)
        return known, True
    upload, sha256 = await uploads.received(
        what.municipality, what.upload_id, viewer.person_id, UploadPurpose.BULK_GRANT
    )
    other = await reads.by_upload(what.municipality, upload.id)
    if other is not None:
        raise UploadUsedError(encode(Prefix.BULK_GRANT, what.municipality, other.id))
    examined = await examination(what.municipality, what.programme_id, services.clock())
    async with services.background.heavy:
        found = [
            row async for page in examined.pages(await uploads.content(what.municipality, upload.id)) for row in page
        ]
    await _check(examined, what)
    try:
        await _write(services, viewer, name, what, examined, sha256, found)
    except IntegrityError:  # the same key, or another with the same upload, was faster
        return await _lost(name, what)
    made = await _there(what.municipality, name)
    kick(services, made)
    return made, False


async def _known(name: UUID, what: Start) -> BulkGrant | None:
    known = await reads.by_id(what.municipality, name)
    if known is not None and (known.upload_id, known.programme_id, known.skip_invalid) != (
        what.upload_id,
        what.programme_id,
        what.skip_invalid,
    ):
        raise KeyReusedError
    return known


async def _lost(name: UUID, what: Start) -> tuple[BulkGrant, bool]:
    known = await _known(name, what)
    if known is not None:
        return known, True
    other = await reads.by_upload(what.municipality, what.upload_id)
    if other is None:
        raise UnknownBulkGrantError
    raise UploadUsedError(encode(Prefix.BULK_GRANT, what.municipality, other.id))


async def _there(municipality: int, name: UUID) -> BulkGrant:
    made = await reads.by_id(municipality, name)
    if made is None:
        raise UnknownBulkGrantError
    return made


async def _check(examined: Examination, what: Start) -> None:
    totals = examined.totals
    if totals.invalid == totals.rows or (totals.invalid and not what.skip_invalid):
        raise InvalidRowsError(totals.invalid, totals.rows)
    [left] = await budgets_left([(what.municipality, what.programme_id)])
    if totals.amount > left:
        raise BudgetExceededError(left)


async def _write(
    services: Services,
    viewer: Viewer,
    name: UUID,
    what: Start,
    examined: Examination,
    sha256: bytes,
    found: Sequence[Row],
) -> None:
    now, totals, town = services.clock(), examined.totals, what.municipality
    waits = (await thresholds_of(town)).need_approval(totals.amount, totals.largest)
    state = BulkState.AWAITING_APPROVAL if waits else BulkState.RUNNING
    async with transaction() as connection:
        # Two officers with the same file: the second waits here and then sees the first one's.
        await connection.execute_query(
            "select pg_advisory_xact_lock(hashtextextended($1, 6))", [str(what.programme_id)]
        )
        same = await reads.same_content(town, what.programme_id, sha256)
        if same is not None and same != name and not what.confirm_same_file:
            raise SameFileError(encode(Prefix.BULK_GRANT, town, same))
        await connection.execute_query(
            """insert into bulk_grant (municipality_id, id, programme_id, upload_id, sha256, skip_invalid, state,
              rows_total, rows_invalid,
              amount_total, started_by, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
            [
                town,
                name,
                what.programme_id,
                what.upload_id,
                sha256,
                what.skip_invalid,
                state,
                totals.rows,
                totals.invalid,
                totals.amount,
                viewer.person_id,
                now,
            ],
        )
        for start in range(0, len(found), WRITTEN_AT_ONCE):
            await _write_rows(connection, town, name, found[start : start + WRITTEN_AT_ONCE])
        if waits:
            await proposed(services, viewer, town, ApprovalKind.BULK_GRANT, name, NO_REASON)
        after = {
            "programme": str(what.programme_id),
            "rows": totals.rows,
            "invalid": totals.invalid,
            "amount": totals.amount,
            "waits": waits,
        }
        await record(town, viewer.person_id, "start_bulk_grant", str(name), "", None, after, now)


async def _write_rows(connection: TransactionWrapper, municipality: int, name: UUID, page: Sequence[Row]) -> None:
    good = [row.problem is None for row in page]
    await connection.execute_query(
        _INSERT,
        [
            municipality,
            name,
            [row.number for row in page],
            [row.wallet for row in page],
            [row.amount for row in page],
            [RowState.WAITING if fine else RowState.INVALID for fine in good],
            [None if row.problem is None else row.problem.code for row in page],
            [orjson.dumps({} if row.problem is None else row.problem.told).decode() for row in page],
        ],
    )
