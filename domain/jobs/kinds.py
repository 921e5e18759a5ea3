"""Kinds of failures of jobs: what the staff of any municipality may read. The failure itself is in the log."""

from enum import StrEnum

from asyncpg import PostgresError
from tortoise.exceptions import BaseORMException

from domain.ports import ProviderUnavailableError


class JobFailure(StrEnum):
    """Kind of a job's failure. It names no municipality, wallet or text of an exception."""

    DRIFT = "DRIFT"
    DATABASE = "DATABASE"
    PROVIDER = "PROVIDER"
    OTHER = "OTHER"


class DriftFoundError(Exception):
    """The nightly audit found a difference."""


def failure_of(error: Exception) -> JobFailure:
    """Return the kind of a failure."""
    match error:
        case DriftFoundError():
            return JobFailure.DRIFT
        case ProviderUnavailableError():
            return JobFailure.PROVIDER
        case PostgresError() | BaseORMException() | ConnectionError() | TimeoutError():
            return JobFailure.DATABASE
        case _:
            return JobFailure.OTHER


def failure_in(stored: str | None) -> JobFailure | None:
    """Read the failure of a row; rows of before the kinds have the text of an exception, which is not passed on."""
    if stored is None:
        return None
    return JobFailure(stored) if stored in set(JobFailure) else JobFailure.OTHER
