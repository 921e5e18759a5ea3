"""The audit log as a file for a spreadsheet: `meguru audit-log`."""

import csv
import sys
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated
from uuid import UUID

import typer

from api.command import MistakeError, run_or_fail, services_of_settings
from domain.approvals.log import Change, Entry, Filter, every
from domain.assets.expiry import TOKYO, after, midnight
from domain.identifiers import Prefix, encode
from domain.municipalities import reads as municipalities
from domain.residents.reads import names_of

COLUMNS = ("time", "person", "name", "roles", "action", "subject", "reason", "note", "changes")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet read a cell as a formula, also one that somebody typed as a reason."""


async def write(file: IO[str], municipality: int, since: datetime | None, until: datetime | None) -> int:
    """Write the entries of [since, until), newest first, with a line of titles; return how many there are."""
    sheet, count = csv.writer(file), 0
    names: dict[UUID, str | None] = {}
    sheet.writerow(COLUMNS)
    async for entry in every(municipality, Filter(since=since, until=until)):
        if entry.actor not in names:
            [names[entry.actor]] = await names_of([entry.actor])
        sheet.writerow([defused(cell) for cell in _cells(entry, names[entry.actor])])
        count += 1
    return count


def defused(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: with an apostrophe before what would be one."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _cells(entry: Entry, name: str | None) -> tuple[str, ...]:
    subject = ""
    if entry.subject is not None:
        prefix, key = entry.subject
        subject = encode(prefix, 0 if prefix is Prefix.PERSON else entry.municipality, key)
    return (
        entry.at.astimezone(TOKYO).isoformat(timespec="milliseconds"),
        encode(Prefix.PERSON, 0, entry.actor),
        name or "",
        " ".join(entry.roles),
        entry.action,
        subject,
        entry.reason,
        entry.note or "",
        "; ".join(map(_written, entry.changes)),
    )


def _written(change: Change) -> str:
    before, after = (value if value is not None else "none" for value in (change.before, change.after))
    return f"{change.field}: {before} to {after}"


def command(
    municipality: Annotated[str, typer.Option(help="National code of 6 digits, such as 012106.")],
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="From this day in Japan on.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Up to the end of this day in Japan.")
    ] = None,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="The file to write; standard output if absent.")
    ] = None,
) -> None:
    """Write what staff of a town did, newest first, as CSV: who, when, in which roles, why, before and after."""

    async def run() -> None:
        async with services_of_settings():
            town = await municipalities.by_code(municipality)
            if town is None:
                message = f"--municipality: there is no town {municipality}"
                raise MistakeError(message)
            begin = None if since is None else midnight(since.date())
            end = None if until is None else after(until.date())
            with (
                nullcontext(sys.stdout)
                if csv_file is None
                else csv_file.open("w", encoding="utf-8-sig", newline="") as file
            ):
                count = await write(file, town.id, begin, end)
        typer.echo(f"{count} acts.", err=True)

    run_or_fail(run())
