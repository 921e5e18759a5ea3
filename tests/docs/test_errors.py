"""The page of errors is what the code says, and no code of the source is missing on it."""

import re
from pathlib import Path

from domain.locales.catalogue import LOCALES, codes
from schema.core.refusals import refusals
from schema.engine.errors_page import ERRORS, PATH
from schema.engine.export import errors

PROJECT = Path(__file__).resolve().parents[2]
RAISED = (
    re.compile(r"BadRequestError\(\s*\d{3},\s*\"([A-Z_]+)\""),
    re.compile(r"NotReceivedError\(\s*\d{3},\s*\"([A-Z_]+)\""),
    re.compile(r"\"code\": \"([A-Z_]+)\""),
    re.compile(r"return \"([A-Z_]+)\", "),
    re.compile(r"_refuse\(name, \"([A-Z_]+)\""),
    re.compile(r"_report\([^)]*?\"([A-Z_]{4,})\", "),
    re.compile(r"\(4\d\d, \"(UPLOAD_[A-Z_]+)\"\)"),
    re.compile(r"^    code = \"(OPERATION_[A-Z_]+)\"", re.MULTILINE),
)


def test_the_page_is_what_the_code_says():
    assert PATH.read_text(encoding="utf-8") == errors(), "run `make schema`, and look at the difference"


def test_every_code_that_the_source_answers_is_explained():
    sources = [path.read_text() for room in ("api", "schema") for path in sorted((PROJECT / room).rglob("*.py"))]
    raised = {code for source in sources for pattern in RAISED for code in pattern.findall(source)}
    assert {
        "UNAUTHENTICATED",
        "QUERY_TOO_COSTLY",
        "TOO_DEEP",
        "UPLOAD_EMPTY",
        "BAD_JSON",
        "OPERATION_TIMED_OUT",
    } <= raised
    assert raised - {kind.code for kind in refusals()} <= set(ERRORS)
    written = {*raised, "RATE_LIMITED", "NOT_PERMITTED", "UNAVAILABLE", "GRAPHQL_VALIDATION_FAILED"}
    assert set(ERRORS) <= written, "what nobody answers is not explained"


def test_every_refusal_stands_there_once_with_its_sentences_and_fields():
    text = errors()
    for kind in refusals():
        [row] = re.findall(rf"^\| `{kind.code}` \| .*\|$", text.partition("## Refusals")[2], re.MULTILINE)
        assert all(codes(locale)[kind.code].replace("|", "\\|") in row for locale in LOCALES)
