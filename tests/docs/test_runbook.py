"""Operators find every job, log line, table and check on their pages; app developers every event.

Paths that pages name are there.
"""

import re
from pathlib import Path

import pytest

from api.settings import Settings
from api.ws_protocol import Close
from domain.jobs.schedule import JOBS
from domain.ledger import audit
from domain.settings import ProcessSettings
from schema.events.types import Event
from schema.root import schema

PROJECT = Path(__file__).resolve().parents[2]
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
WATCHING = (PROJECT / "docs/runbook/watching.md").read_text()
UNITS = {"second": 1, "minute": 60, "hour": 3_600}
LOG = re.compile(r"log\.(?:warning|error|exception)\(\s*\"([a-z_.]+)\"")


def test_every_job_has_its_row_with_how_often_it_runs() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) (\w+?)s? \|", WATCHING, re.MULTILINE)
    intervals = {name: int(count) * UNITS[unit] for name, count, unit in rows}
    assert intervals == {job.name: job.every.total_seconds() for job in JOBS}


def test_every_warning_in_the_log_is_explained() -> None:
    written = {
        name
        for room in ("adapters", "api", "domain", "push", "resolvers", "schema")
        for page in (PROJECT / room).rglob("*.py")
        for name in LOG.findall(page.read_text())
    }
    assert written
    assert {name for name in written if f"`{name}`" not in WATCHING} == set()


def test_every_table_is_on_its_page() -> None:
    page = (PROJECT / "docs/runbook/tables.md").read_text()
    scripts = [path.read_text() for path in (PROJECT / "migrations/sql").glob("*.sql")]
    tables, dropped = (
        {name for text in scripts for name in re.findall(pattern, text)}
        for pattern in (r"create table if not exists (\w+)", r"drop table (\w+)")
    )
    assert dropped < tables
    tables -= dropped
    assert len(tables) > 30
    assert {name for name in tables if f"`{name}`" not in page} == set()
    rows = {
        name
        for cell in re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", page, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", cell)
    }
    assert rows - tables == set(), "tables that are not there"


def test_every_check_of_the_audit_says_where_to_look() -> None:
    page = (PROJECT / "docs/runbook/incidents.md").read_text()
    assert {name for name in audit.CHECKS if f"`{name}`" not in page} == set()


def test_every_event_is_on_its_page() -> None:
    page = (PROJECT / "docs/events.md").read_text()
    rows = {
        name
        for cell in re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", page, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", cell)
    }
    assert rows == {
        member.name for member in schema._schema.get_possible_types(schema._schema.type_map[Event.__name__])
    }


def test_the_compose_file_hands_every_setting_of_both_processes_on() -> None:
    """But those whose default is right there, or which exist in development only."""
    compose = (PROJECT / "deploy/compose.yaml").read_text()
    api, push = compose.partition("\n  api:\n")[2].split("\n  push:\n")
    left = {
        "rate_limits",
        "requests_per_minute",
        "requests_per_minute_of_address",
        "connections_per_address",
        "sockets_per_person",
        "subscriptions_per_person",
        "personas_file",
        "allowed_origins",
        "bus_reconcile_seconds",
        "pool_size",
        "log_level",
        "clock_check",
        "longest_token_seconds",
        "drain_seconds",
    }
    assert {name for name in Settings.model_fields if f"MEGURU_{name.upper()}:" not in api} <= left
    pushed = {name for name in ProcessSettings.model_fields if f"MEGURU_{name.upper()}:" not in push}
    assert pushed <= {"log_level", "clock_check"}


def test_the_settings_of_the_push_process_are_on_their_page() -> None:
    page = (PROJECT / "docs/runbook/settings.md").read_text()
    [sentence] = re.findall(r"The push process reads ([^.]*)\.", page)
    assert set(re.findall(r"MEGURU_(\w+)", sentence)) == {name.upper() for name in ProcessSettings.model_fields}


def test_every_code_of_a_closed_connection_is_on_the_page_for_clients() -> None:
    """Those of this service, and those of the server (1009) and of the protocol's library (4406, 4408)."""
    clients = (PROJECT / "docs/clients.md").read_text()
    codes = {int(code) for code in re.findall(r"^\| (\d{4}) \|", clients, re.MULTILINE)}
    assert codes == {*Close, 1009, 4406, 4408}


def test_no_town_starts_without_the_variables_that_have_no_right_default() -> None:
    """The head of the file and the page for operators name them; Compose refuses to start without one."""
    compose = (PROJECT / "deploy/compose.yaml").read_text()
    production = (PROJECT / "docs/runbook/production.md").read_text()
    head, _, rest = compose.partition("\nname: meguru\n")
    described = head.partition("# and, where payments")[0]
    required = set(re.findall(r"\$\{(MEGURU_\w+):\?", rest))
    assert required == set(re.findall(r"^#   (MEGURU_\w+)", described, re.MULTILINE))
    assert required >= {"MEGURU_TRUSTED_PROXIES", "MEGURU_OWNER_PASSWORD", "MEGURU_SERVER_PASSWORD", "MEGURU_KEYS"}
    assert {name for name in required if f"`{name}`" not in production} == set()
    assert re.findall(r"\$\{MEGURU_\w+(?::?-|\})", rest) == [], "no variable has a default in the file"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_files_that_pages_name_are_there(page: Path) -> None:
    named = set(
        re.findall(
            r"`((?:api|bench|deploy|domain|migrations|mocks|push|resolvers|schema|tests)/[\w/.-]+\.(?:py|sql|sh|yaml))`",
            page.read_text(),
        )
    )
    assert {path for path in named if not (PROJECT / path).exists()} == set()
