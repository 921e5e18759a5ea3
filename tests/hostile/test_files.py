"""Files that are made to hurt: read in a moment, whatever they hold, since all of a process's people wait meanwhile."""

import time

import pytest

from domain.bulk_grants.csv_file import rows_of
from domain.bulk_grants.refusals import UnreadableFileError
from domain.bulk_grants.text import encoding_of

HEADER = "walletId,amount"
SECONDS = 3.0
"""Generous: what it guards against took minutes."""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEADER + "," * 65_000 + "\na,1\n", None),
        (HEADER + ',"\n"' * 300_000 + "\na,1\n", "FILE_QUOTES"),
        (HEADER + "\n" + 'a,"\n' * 1 + "\n" * 300_000, "FILE_QUOTES"),
        (HEADER + "\n" + "," * 65_000 + "\n", "FILE_NO_ROWS"),
        (",".join(["x"] * 30_000) + "\n", "FILE_UNKNOWN_COLUMN"),
        ("," * 1_000_000, "FILE_LONG_LINE"),
        ("a" * 15_000_000, "FILE_LONG_LINE"),
        (HEADER + "\n" + "\0,\0\n" * 1_000, None),
        (HEADER + "\n" * 100_000, "FILE_NO_ROWS"),
        (HEADER + "\n" + "a,1\n" * 100_001, "FILE_TOO_MANY_ROWS"),
    ],
)
async def test_a_file_is_read_in_a_moment(text: str, problem: str | None):
    began = time.process_time()
    data = text.encode()
    try:
        rows = list(rows_of(data, await encoding_of(data), 1))
        said = None
    except UnreadableFileError as refused:
        rows, said = [], refused.problem
    assert said == problem
    assert said is not None or rows
    assert time.process_time() - began < SECONDS
