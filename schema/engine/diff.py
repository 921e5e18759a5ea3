"""`python -m schema.engine.diff [--publish]`: what the code's contract breaks for apps in the stores.

They were built against schema/published.graphql. `--publish` writes the contract there when apps are about to be built
against it; it refuses while something is broken that `ON_PURPOSE` does not name.
"""

import sys
from pathlib import Path

from graphql import build_schema
from graphql.utilities import find_breaking_changes, find_dangerous_changes

from schema.engine.export import sdl

PUBLISHED = Path(__file__).parents[1] / "published.graphql"
ONLY_STAFF = "Only pages of municipal staff ask for it, and it is null only where the whole answer was null before."
ON_PURPOSE: dict[str, str] = {
    "Field Query.grantThresholds changed type from GrantThresholds! to GrantThresholds.": ONLY_STAFF,
    "Field Query.bulkGrants changed type from BulkGrantConnection! to BulkGrantConnection.": ONLY_STAFF,
    "Field Query.driftReport changed type from DriftReport! to DriftReport.": ONLY_STAFF,
    "Field Query.trialBalance changed type from TrialBalance! to TrialBalance.": ONLY_STAFF,
    "Field Query.jobs changed type from [Job!]! to [Job!].": ONLY_STAFF,
}
"""Breaking changes, as `broken` words them, each with the reason why no app can depend on the old form."""


def breaking(old: str, new: str) -> list[str]:
    """Changes between two contracts that fail apps in the stores."""
    return [change.description for change in find_breaking_changes(build_schema(old), build_schema(new))]


def dangerous(old: str, new: str) -> list[str]:
    """Changes that an app may not expect, such as a new enum value."""
    return [change.description for change in find_dangerous_changes(build_schema(old), build_schema(new))]


def broken() -> list[str]:
    """What the code's contract breaks of the published one, and ON_PURPOSE does not name."""
    return [line for line in breaking(PUBLISHED.read_text(encoding="utf-8"), sdl()) if line not in ON_PURPOSE]


def main(arguments: list[str]) -> int:
    """1 when something breaks."""
    lines = broken()
    risky = dangerous(PUBLISHED.read_text(encoding="utf-8"), sdl())
    sys.stdout.writelines([f"breaking: {line}\n" for line in lines] + [f"dangerous: {line}\n" for line in risky])
    if lines:
        return 1
    if "--publish" in arguments:
        PUBLISHED.write_text(sdl(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
