"""Count tries before their outcome is known, and give back those that were right."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from tortoise.connection import get_connection

from domain.database import rows
from domain.services import Services
from domain.tries.kinds import ALLOWED, PERIOD, Allowance, By, Tried
from domain.tries.refusals import TooManyTriesError
from domain.viewer import Viewer

_TAKE = """with asked as (
    select * from unnest($2::smallint[], $3::bytea[], $4::interval[]) a (by, subject, each)
    order by by, subject),
  taken as (
    insert into try_count as t (tried, by, subject, full_at)
    select $1::smallint, by, subject, $5::timestamptz + each from asked
    on conflict (tried, by, subject) do update set full_at = greatest(t.full_at, $5) + (excluded.full_at - $5)
    where greatest(t.full_at, $5) + (excluded.full_at - $5) <= $5 + $6::interval returning t.by)
  select by from taken"""
# One row is one bucket: the instant at which it is full again. It is locked by the update, so tries at once are counted
# one after another. A row that would pass its period is not updated, and is missing from the answer.


@dataclass(slots=True)
class Guess:
    """One try. It was right unless its block raises or says so."""

    is_wrong: bool = False


@asynccontextmanager
async def counted(services: Services, viewer: Viewer, tried: Tried) -> AsyncIterator[Guess]:
    """Count a try of the viewer, their phone and address; TooManyTriesError before the block runs.

    It is counted before anybody knows whether it is right, so that tries at once are no more than are allowed. What was
    right is given back.
    """
    subjects, guess = _subjects(viewer, tried), Guess()
    await _take(tried, subjects, services.clock())
    yield guess
    if not guess.is_wrong:
        await _give_back(tried, subjects)


async def forget(services: Services) -> int:
    """Delete counts that no longer mean anything; return how many."""
    deleted, _ = await get_connection("default").execute_query(
        "delete from try_count where full_at < $1", [services.clock()]
    )
    return int(deleted)


def _subjects(viewer: Viewer, tried: Tried) -> dict[By, tuple[bytes, Allowance]]:
    """By whom: only digests are kept, and they age out."""
    named = {By.PERSON: str(viewer.person_id), By.DEVICE: viewer.device, By.ADDRESS: viewer.address}
    return {
        by: (sha256(f"{tried:d}:{by:d}:{name}".encode()).digest(), ALLOWED[tried][by])
        for by, name in named.items()
        if name is not None
    }


async def _take(tried: Tried, subjects: dict[By, tuple[bytes, Allowance]], now: datetime) -> None:
    taken = await rows(
        _TAKE,
        tried,
        list(subjects),
        [subject for subject, _ in subjects.values()],
        [allowance.each for _, allowance in subjects.values()],
        now,
        PERIOD,
    )
    refused = subjects.keys() - {By(row["by"]) for row in taken}
    if refused:
        seconds = max([await _wait(tried, by, *subjects[by], now) for by in refused])
        raise TooManyTriesError.after(seconds)


async def _wait(tried: Tried, by: By, subject: bytes, allowance: Allowance, now: datetime) -> int:
    """The seconds after which there is one try again."""
    known = await rows(
        "select full_at from try_count where tried = $1 and by = $2 and subject = $3", tried, by, subject
    )
    full_at: datetime = known[0]["full_at"] if known else datetime.min.replace(tzinfo=UTC)
    left: timedelta = max(full_at, now) + allowance.each - now - PERIOD
    return max(1, math.ceil(left.total_seconds()))


async def _give_back(tried: Tried, subjects: dict[By, tuple[bytes, Allowance]]) -> None:
    await rows(
        """update try_count t set full_at = t.full_at - a.each
          from unnest($2::smallint[], $3::bytea[], $4::interval[]) a (by, subject, each)
          where t.tried = $1 and t.by = a.by and t.subject = a.subject returning t.by""",
        tried,
        list(subjects),
        [subject for subject, _ in subjects.values()],
        [allowance.each for _, allowance in subjects.values()],
    )
