"""Start a bulk grant: write its rows in one commit, for the runner, or to wait for the approval of a second officer."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.exceptions import IntegrityError

from domain.approvals.inbox import wake
from domain.approvals.kinds import NO_REASON, ApprovalKind
from domain.approvals.propose import propose, write_proposal
from domain.approvals.trail import record
from domain.bulk_grants import reads
from domain.bulk_grants.alone import gifts_of, needs_approval
from domain.bulk_grants.csv_file import Row
from domain.bulk_grants.examine import Examination, examination
from domain.bulk_grants.kinds import BulkState, RepetitionReason, RowState
from domain.bulk_grants.reads import BulkGrant
from domain.bulk_grants.refusals import InvalidRowsError, SameFileError, UnknownBulkGrantError, UploadUsedError
from domain.bulk_grants.repeated import Repetition, repeated_by_file, require_confirmed
from domain.bulk_grants.run import kick
from domain.bulk_grants.subject import about_grant
from domain.database import transaction
from domain.identifiers import Prefix, derived, encode
from domain.ledger.holders import require_staff
from domain.ledger.refusals import KeyReusedError
from domain.programmes.reads import budgets_left
from domain.programmes.refusals import BudgetExceededError
from domain.services import Services
from domain.uploads import reads as uploads
from domain.uploads.kinds import UploadPurpose
from domain.viewer import Relation, Viewer

WRITTEN_AT_ONCE = 5_000

_INSERT = """insert into bulk_grant_row (municipality_id, bulk_grant_id, number, wallet_id, amount, state, problem,
  problem_data)
  select $1, $2, n, w, a, s, p, d::jsonb from unnest($3::integer[], $4::uuid[], $5::bigint[], $6::smallint[],
    $7::text[], $8::text[])
  x (n, w, a, s, p, d)"""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The officer's word that rows are meant to repeat grants: the token of the check that listed them, and why."""

    token: str
    reason: RepetitionReason


@dataclass(frozen=True, slots=True)
class Start:
    """The input for starting a bulk grant.

    skip_invalid: skip invalid rows instead of refusing the file. confirm_same_file: accept a file whose content has
    been granted in the programme before. confirmed: accept the rows that repeat grants, if they are still the same.
    """

    key: UUID
    municipality: int
    upload_id: UUID
    programme_id: UUID
    skip_invalid: bool
    confirm_same_file: bool = False
    confirmed: Confirmed | None = None


async def start_bulk_grant(services: Services, viewer: Viewer, start: Start) -> tuple[BulkGrant, bool]:
    """Start the bulk grant of a key. Return it, and whether the key had started it before.

    Raises UnknownUploadError, UploadNotReadyError, UploadUsedError, UnknownProgrammeError, ProgrammeClosedError,
    WrongEncodingError, UnreadableFileError, InvalidRowsError, BudgetExceededError, SameFileError
    and PossibleDuplicatesError.
    """
    await require_staff(start.municipality, viewer, Relation.FINANCE)
    bulk_grant_id = derived(viewer.person_id, "bulk_grant", str(start.municipality), str(start.key))
    known = await _known(bulk_grant_id, start)
    if known is not None:
        await _propose_again(services, viewer, known)
        kick(services, known)
        return known, True
    upload, sha256 = await uploads.received(
        start.municipality, start.upload_id, viewer.person_id, UploadPurpose.BULK_GRANT
    )
    other = await reads.by_upload(start.municipality, upload.id)
    if other is not None:
        raise UploadUsedError(encode(Prefix.BULK_GRANT, start.municipality, other.id))
    examined = await examination(start.municipality, start.programme_id, services.clock())
    async with services.background.heavy:
        file_rows = [
            row async for page in examined.pages(await uploads.content(start.municipality, upload.id)) for row in page
        ]
    await _check(examined, start)
    try:
        written = await _write(services, viewer, bulk_grant_id, start, examined, sha256, file_rows)
    except IntegrityError:  # a concurrent request with the same key or the same upload was first, in another programme
        written = False
    if not written:
        return await _resolve_conflict(bulk_grant_id, start)
    bulk = await _written(start.municipality, bulk_grant_id)
    kick(services, bulk)
    return bulk, False


async def _known(bulk_grant_id: UUID, start: Start) -> BulkGrant | None:
    known = await reads.by_id(start.municipality, bulk_grant_id)
    if known is not None and (known.upload_id, known.programme_id, known.skip_invalid) != (
        start.upload_id,
        start.programme_id,
        start.skip_invalid,
    ):
        raise KeyReusedError
    return known


async def _propose_again(services: Services, viewer: Viewer, bulk: BulkGrant) -> None:
    """Propose a file again whose proposal was rejected, withdrawn or has expired. An open proposal stays as it is."""
    if bulk.state is BulkState.AWAITING_APPROVAL:
        await propose(
            services, viewer, bulk.municipality, ApprovalKind.BULK_GRANT, bulk.id, NO_REASON, await about_grant(bulk)
        )


async def _resolve_conflict(bulk_grant_id: UUID, start: Start) -> tuple[BulkGrant, bool]:
    known = await _known(bulk_grant_id, start)
    if known is not None:
        return known, True
    other = await reads.by_upload(start.municipality, start.upload_id)
    if other is None:
        raise UnknownBulkGrantError
    raise UploadUsedError(encode(Prefix.BULK_GRANT, start.municipality, other.id))


async def _written(municipality: int, bulk_grant_id: UUID) -> BulkGrant:
    bulk = await reads.by_id(municipality, bulk_grant_id)
    if bulk is None:
        raise UnknownBulkGrantError
    return bulk


async def _check(examined: Examination, start: Start) -> None:
    totals = examined.totals
    if totals.invalid == totals.rows or (totals.invalid and not start.skip_invalid):
        raise InvalidRowsError(totals.invalid, totals.rows)
    [left] = await budgets_left([(start.municipality, start.programme_id)])
    if totals.amount > left:
        raise BudgetExceededError(left)


async def _write(
    services: Services,
    viewer: Viewer,
    bulk_grant_id: UUID,
    start: Start,
    examined: Examination,
    sha256: bytes,
    file_rows: Sequence[Row],
) -> bool:
    """Write the bulk grant and its rows; return False if the upload, and so perhaps the key, has one already."""
    now, totals, town = services.clock(), examined.totals, start.municipality
    async with transaction() as connection:
        # Of two files of one officer, the second waits here and then counts what the first has promised.
        await connection.execute_query(
            "select pg_advisory_xact_lock(hashtextextended($1, 8))", [f"{town}|{viewer.person_id}"]
        )
        waits = await needs_approval(services, town, viewer.person_id, gifts_of(file_rows))
        state = BulkState.AWAITING_APPROVAL if waits else BulkState.RUNNING
        # Of two officers with the same file, the second waits here and then sees the bulk grant of the first.
        await connection.execute_query(
            "select pg_advisory_xact_lock(hashtextextended($1, 6))", [str(start.programme_id)]
        )
        if await reads.by_upload(town, start.upload_id) is not None:
            return False
        repetition = await _confirmed_repetition(start, bulk_grant_id, sha256, file_rows)
        reason = start.confirmed.reason if start.confirmed is not None and repetition.rows else None
        await connection.execute_query(
            """insert into bulk_grant (municipality_id, id, programme_id, upload_id, sha256, skip_invalid, state,
              rows_total, rows_invalid,
              amount_total, started_by, created_at, rows_repeated, repeated_reason)
              values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)""",
            [
                town,
                bulk_grant_id,
                start.programme_id,
                start.upload_id,
                sha256,
                start.skip_invalid,
                state,
                totals.rows,
                totals.invalid,
                totals.amount,
                viewer.person_id,
                now,
                len(repetition.rows),
                reason,
            ],
        )
        for offset in range(0, len(file_rows), WRITTEN_AT_ONCE):
            await _write_rows(connection, town, bulk_grant_id, file_rows[offset : offset + WRITTEN_AT_ONCE])
        if waits:
            about = await about_grant(await _written(town, bulk_grant_id))
            await write_proposal(services, viewer, town, ApprovalKind.BULK_GRANT, bulk_grant_id, NO_REASON, about)
        after = {
            "programme": str(start.programme_id),
            "rows": totals.rows,
            "invalid": totals.invalid,
            "amount": totals.amount,
            "waits": waits,
            **repetition.audited(),
        }
        why = "" if reason is None else RepetitionReason(reason).name
        await record(town, viewer, "start_bulk_grant", bulk_grant_id, why, None, after, now)
    wake(services, town)
    return True


async def _confirmed_repetition(
    start: Start, bulk_grant_id: UUID, sha256: bytes, file_rows: Sequence[Row]
) -> Repetition:
    """Return the rows that repeat grants, which the officer has confirmed. PossibleDuplicatesError, SameFileError.

    Call under the programme's lock, so that every file that was started first is compared with.
    """
    town = start.municipality
    repetition = await repeated_by_file(town, start.programme_id, start.upload_id, file_rows)
    require_confirmed(repetition, None if start.confirmed is None else start.confirmed.token)
    same = await reads.same_content(town, start.programme_id, sha256)
    if same is not None and same != bulk_grant_id and not start.confirm_same_file and not repetition.rows:
        raise SameFileError(encode(Prefix.BULK_GRANT, town, same))
    return repetition


async def _write_rows(
    connection: TransactionWrapper, municipality: int, bulk_grant_id: UUID, page: Sequence[Row]
) -> None:
    valid = [row.problem is None for row in page]
    await connection.execute_query(
        _INSERT,
        [
            municipality,
            bulk_grant_id,
            [row.number for row in page],
            [row.wallet for row in page],
            [row.amount for row in page],
            [RowState.WAITING if is_valid else RowState.INVALID for is_valid in valid],
            [None if row.problem is None else row.problem.code for row in page],
            [orjson.dumps({} if row.problem is None else row.problem.figures).decode() for row in page],
        ],
    )
