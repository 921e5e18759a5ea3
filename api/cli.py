"""The command line.

`meguru serve | migrate | municipalities create | staff invite | tokens issue | expire | audit | audit-log`
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
import uvicorn
from rich.console import Console
from rich.table import Table
from uvicorn.config import STARTUP_FAILURE

from api import audit_log, people_commands, workers
from api.command import fail, services_of_settings, settings_or_fail
from api.connections import IDLE_SECONDS, Connection
from api.migrate import described
from api.migrate import run as run_migrations
from api.server import DrainingServer
from api.settings import METRICS_FOLDER, Settings
from domain.assets.create import LARGEST, NAME_LIMIT
from domain.assets.new_municipality import create_municipality
from domain.expiry.expire import expire
from domain.ledger.audit import Drift, TrialBalance, drift, trial_balance
from domain.logins import StrongLoginError, wait_for_login
from domain.municipalities import reads as municipalities
from domain.municipalities.create import UnknownCodeError
from domain.municipalities.thresholds import INITIAL, NewThresholds
from domain.refusals import InvalidInputError
from domain.typed_text import unusable_name

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Meguru（めぐる）: municipal digital currency.",
)
towns = typer.Typer(no_args_is_help=True, help="Towns.")
app.add_typer(towns, name="municipalities")
app.add_typer(people_commands.staff, name="staff")
app.add_typer(people_commands.tokens, name="tokens")
app.command("audit-log")(audit_log.command)
GRACE_SECONDS = 8
"""How long what is in flight may take after the last connection was taken: longer than the ledger tries."""
START_SECONDS = 30
"""How long a new process may take until it serves, before the old one is ended."""
MESSAGE_BYTES = 65_536
PING_SECONDS = 20.0


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    processes: Annotated[int, typer.Option(help="Server processes.")] = 1,
) -> None:
    """Serve the API."""
    settings = settings_or_fail()
    if not settings.development:
        _refuse_strong_login(settings)
    apart = settings.metrics_port
    with TemporaryDirectory(prefix="meguru-metrics-") if processes > 1 or apart else nullcontext() as folder:
        if folder is not None:
            os.environ[METRICS_FOLDER] = folder
        with nullcontext() if folder is None or apart is None else _metrics(host, apart, folder):
            _serve(host, port, processes)


def _refuse_strong_login(settings: Settings) -> None:
    def waiting() -> None:
        typer.echo("The database does not answer yet: waiting for it.", err=True)

    try:
        asyncio.run(wait_for_login(settings.database_url, waiting))
    except StrongLoginError as error:
        fail(f"MEGURU_DATABASE_URL: {error}")


@contextmanager
def _metrics(host: str, port: int, folder: str) -> Iterator[None]:
    from api.metrics_port import metrics_port  # the library looks for the folder when it is imported

    with ExitStack() as stack:
        try:
            stack.enter_context(metrics_port(host, port, folder))
        except OSError as error:
            fail(f"MEGURU_METRICS_PORT: port {port} of {host} cannot be used ({error.strerror})")
        yield


def _serve(host: str, port: int, processes: int) -> None:
    config = uvicorn.Config(
        "api.app:create",
        factory=True,
        host=host,
        port=port,
        workers=processes,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws_max_size=MESSAGE_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        http=Connection,
        timeout_keep_alive=IDLE_SECONDS,
        backlog=2_048,
        timeout_worker_healthcheck=START_SECONDS,
    )
    if processes > 1:
        workers.run(config)
        return
    server = DrainingServer(config)
    server.run()
    if not server.started:
        raise typer.Exit(STARTUP_FAILURE)


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema. Reads MEGURU_OWNER_DATABASE_URL."""
    url = os.environ.get("MEGURU_OWNER_DATABASE_URL")
    if url is None:
        fail(
            "MEGURU_OWNER_DATABASE_URL: names the database with its owner's login, postgres://owner@host:port/database"
        )
    else:
        run_migrations(url, partial(typer.echo, err=True))
        typer.echo(f"{described(url)} has the newest schema.")


@towns.command("create")
def create(
    code: Annotated[str, typer.Option(help="National code of 6 digits, such as 012106.")],
    name: Annotated[str | None, typer.Option(help="Name in Japanese; the national list's when absent.")] = None,
    grant_threshold: Annotated[
        int, typer.Option(min=0, max=LARGEST, help="The most that people may grant alone to a wallet in a day.")
    ] = INITIAL.single,
    file_threshold: Annotated[
        int, typer.Option(min=0, max=LARGEST, help="The most that one person may grant alone in a day.")
    ] = INITIAL.file,
    budget_threshold: Annotated[
        int, typer.Option(min=0, max=LARGEST, help="The most that one officer may put into budgets alone in a day.")
    ] = 1_000_000,
) -> None:
    """Make a town, if it is not there yet: it takes payments at once, without a restart."""
    if name is not None and unusable_name(name, NAME_LIMIT) is not None:
        fail(f"--name: 1 to {NAME_LIMIT} characters, without line breaks and signs that turn the direction of writing")

    async def run() -> None:
        async with services_of_settings() as services:
            thresholds = NewThresholds(grant_threshold, file_threshold, budget_threshold)
            town, new = await create_municipality(code, name, services.clock(), services.ids, thresholds=thresholds)
            typer.echo(f"{town.code} {town.name}: {'made' if new else 'was there'}, number {town.id}.")

    try:
        asyncio.run(run())
    except UnknownCodeError as error:
        fail(str(error))


@app.command("expire")
def expire_value(
    as_of: Annotated[
        datetime | None, typer.Option(help="Only value that had ended by this instant, UTC; now when absent.")
    ] = None,
) -> None:
    """Take value whose last day is over out of the wallets.

    The scheduler does it too; doing it twice changes nothing.
    """

    async def run() -> None:
        async with services_of_settings() as services:
            count = await expire(services, None if as_of is None else as_of.replace(tzinfo=UTC))
            typer.echo(f"{count} lots of wallets have ended and were taken out.")

    try:
        asyncio.run(run())
    except InvalidInputError:
        fail("--as-of: must not be in the future")


@app.command()
def audit() -> None:
    """Check every town's ledger against itself; exit code 1 for any difference."""

    async def run() -> list[tuple[str, TrialBalance, list[Drift]]]:
        async with services_of_settings() as services:
            municipalities_known = await municipalities.every()
            return [
                (town.name, await trial_balance(town.id, services.clock()), await drift([town.id]))
                for town in municipalities_known
            ]

    reports = asyncio.run(run())
    table = Table("town", "trial balance", "differences")
    for name, trial, differences in reports:
        table.add_row(name, "0" if trial.balanced else "NOT BALANCED", str(len(differences)))
    console = Console()
    console.print(table)
    for name, _, differences in reports:
        for difference in differences:
            console.print(
                f"{name}: {difference.check} {difference.subject}: stored {difference.stored},"
                f" entries say {difference.expected}"
            )
    if any(differences or not trial.balanced for _, trial, differences in reports):
        raise typer.Exit(1)


def main() -> None:
    """The entry point."""
    app()


if __name__ == "__main__":
    main()
