"""Where the SQL of a migration lies."""

from pathlib import Path

FOLDER = Path(__file__).parent / "sql"


def sql(name: str) -> str:
    """The text of one SQL file of `migrations/sql`."""
    return (FOLDER / name).read_text(encoding="utf-8")
