"""`python -m schema.engine.diff [git ref]`.

What the code's contract breaks for apps that were built against a committed one.
"""

import subprocess
import sys

from graphql import build_schema
from graphql.utilities import find_breaking_changes, find_dangerous_changes

from schema.engine.export import sdl


def breaking(old: str, new: str) -> list[str]:
    """Changes between two contracts that fail apps in the stores."""
    return [change.description for change in find_breaking_changes(build_schema(old), build_schema(new))]


def dangerous(old: str, new: str) -> list[str]:
    """Changes that an app may not expect, such as a new enum value."""
    return [change.description for change in find_dangerous_changes(build_schema(old), build_schema(new))]


def main(ref: str) -> int:
    """1 when something breaks."""
    shown = subprocess.run(["git", "show", f"{ref}:schema/schema.graphql"], check=False, capture_output=True, text=True)  # noqa: S603, S607
    if shown.returncode != 0:
        sys.stdout.write(f"{ref} has no contract to compare with\n")
        return 0
    broken, risky = breaking(shown.stdout, sdl()), dangerous(shown.stdout, sdl())
    sys.stdout.writelines([f"breaking: {line}\n" for line in broken] + [f"dangerous: {line}\n" for line in risky])
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "HEAD"))
