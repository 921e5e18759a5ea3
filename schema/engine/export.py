"""`python -m schema.engine.export [--check]`: the committed contract, schema/schema.graphql, and its docs/errors.md."""

import sys
from pathlib import Path

from schema.engine import errors_page
from schema.root import schema

PATH = Path(__file__).parents[1] / "schema.graphql"


def sdl() -> str:
    """The contract as text."""
    return schema.as_str() + "\n"


def errors() -> str:
    """The page of errors and refusals as text."""
    return errors_page.page(schema._schema)  # noqa: SLF001 - the schema that Strawberry built has no public door


def is_current() -> bool:
    """Whether the committed contract is what the code says."""
    return PATH.exists() and PATH.read_text(encoding="utf-8") == sdl()


def main(arguments: list[str]) -> int:
    """Writes the contract, or with --check only compares it: 1 when it differs."""
    if "--check" not in arguments:
        PATH.write_text(sdl(), encoding="utf-8")
        errors_page.PATH.write_text(errors(), encoding="utf-8")
    elif not is_current():
        sys.stderr.write(
            "schema/schema.graphql is not what the code says: run `make schema`, and look at the difference\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
