"""A migration that has landed is the past of some database, and does not change."""

from hashlib import sha256
from pathlib import Path

SQL = Path(__file__).parents[2] / "migrations" / "sql"
LANDED = Path(__file__).parent / "migrations.sha256"
"""As `sha256sum` writes it: of each SQL file what it was when it landed. A new file adds its line, and no line changes."""


def test_every_sql_file_is_what_landed():
    landed = dict(reversed(line.split()) for line in LANDED.read_text().splitlines())
    there = {path.name: sha256(path.read_bytes()).hexdigest() for path in SQL.glob("*.sql")}
    assert there == landed, (
        "a landed file is put back, and a new migration does what it should; a new file adds its line"
    )
