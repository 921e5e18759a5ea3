"""Access to the SQL files of the migrations."""

from pathlib import Path

FOLDER = Path(__file__).parent / "sql"


def sql(name: str) -> str:
    """Return the text of an SQL file in `migrations/sql`."""
    return (FOLDER / name).read_text(encoding="utf-8")
