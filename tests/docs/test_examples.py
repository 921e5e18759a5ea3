"""What the docs show works: operations fit the contract, targets and settings are there, links lead somewhere."""

import re
from pathlib import Path

import pytest
from graphql import parse, validate

from api.settings import Settings
from domain.locales.catalogue import codes
from schema.root import schema

PROJECT = Path(__file__).resolve().parents[2]
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
IN_CURL = re.compile(r"""'\{"query": "(.+?)"[,}]""")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)


def blocks(language: str) -> list[tuple[str, str]]:
    return [
        (str(page.relative_to(PROJECT)), text)
        for page in PAGES
        for kind, text in BLOCK.findall(page.read_text())
        if kind == language
    ]


def prose(page: Path) -> str:
    return BLOCK.sub("", page.read_text())


@pytest.mark.parametrize(("page", "text"), blocks("graphql"))
def test_operations_fit_the_contract(page: str, text: str) -> None:
    assert validate(schema._schema, parse(text)) == [], page


def test_operations_inside_curl_fit_the_contract() -> None:
    operations = [
        (page, query)
        for page, text in blocks("sh")
        for query in IN_CURL.findall(text.replace("\\\"'$4'\\\"", '\\"00000000-0000-7000-8000-000000000000\\"'))
    ]
    assert len(operations) >= 2
    for page, query in operations:
        assert validate(schema._schema, parse(query.replace('\\"', '"'))) == [], page


def test_errors_of_files_are_told_as_they_are_worded() -> None:
    """The table of the page on grants by file, against the catalogue: numbers may differ."""
    rows = re.findall(
        r"^\| \d+ \| [^|]* \| `([A-Z_]+)` \| (.+) \|$", (PROJECT / "docs/bulk-grants.md").read_text(), re.MULTILINE
    )
    assert len(rows) >= 5
    for code, text in rows:
        worded = re.sub(
            r"\\\{\w+(?::(\w+))?\\\}",
            lambda placeholder: r"[\d,]+円分" if placeholder[1] == "worth" else r"[\d,]+",
            re.escape(codes("ja")[f"ROW_{code}"]),
        )
        assert re.fullmatch(worded, text), (code, text)


def test_make_targets_exist() -> None:
    targets = set(TARGET.findall((PROJECT / "Makefile").read_text()))
    lines = [(page, line) for page, text in blocks("sh") for line in text.splitlines()]
    lines += [
        (str(page.relative_to(PROJECT)), code) for page in PAGES for code in re.findall(r"`(make [^`]+)`", prose(page))
    ]
    named = [(page, target) for page, line in lines for target in re.findall(r"\bmake ([a-z]+)", line)]
    assert named
    assert [(page, target) for page, target in named if target not in targets] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    assert [link for link in LINK.findall(prose(page)) if not (page.parent / link).exists()] == []


def test_every_setting_is_in_the_table() -> None:
    settings = set(re.findall(r"^\| `MEGURU_(\w+)`", (PROJECT / "docs/runbook/settings.md").read_text(), re.MULTILINE))
    assert settings == {name.upper() for name in Settings.model_fields}


def test_decisions_have_their_parts_and_are_listed() -> None:
    folder = PROJECT / "docs/adr"
    pages = sorted(folder.glob("[0-9]*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        assert re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE) == ["Context", "Decision", "Consequences"], (
            page.name
        )
        assert f"({page.name})" in (folder / "README.md").read_text(), page.name
