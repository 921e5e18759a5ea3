"""`make mutants`: changes the code that moves money in one place at a time, and asks the tests which changes they see.

    python -m tests.mutants                     every mutant of the modules that decide without a database
    python -m tests.mutants --sample 200        then what these left and 200 of the other modules, by all tests
    python -m tests.mutants 'domain.points.*'   these, by the names that mutmut gives them

mutmut makes the mutants and runs the tests that reach each; this starts one PostgreSQL for all of them and prints the
score and the names of the survivors. `python -m mutmut show NAME` shows one, `docs/testing.md` says what they mean.
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from api.migrate import migrate
from mocks.embedded import postgres
from tests.conftest import recreate

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "mutants"
TEMPLATE = "meguru_mutants"
WITHOUT_DATABASE = "-m 'not database and not soak and not conformance'"
PURE = (
    "assets.expiry",
    "codes.binding",
    "conditions.acceptance",
    "conditions.eligibility",
    "conditions.hours",
    "ledger.book",
    "ledger.credit",
    "ledger.part",
    "ledger.receipt_number",
    "ledger.spend_order",
    "ledger.units",
    "points.rules",
    "redemptions.units",
)
"""Modules that decide without a database, and whose tests are quick: all of their mutants are tried."""
STATES = {
    0: "survived",
    33: "no test",
    24: "too long",
    36: "too long",
    -24: "too long",
    152: "too long",
    255: "too long",
}
"""What an exit code of the tests says; none: not tried; every other: killed."""


def results() -> dict[str, str]:
    """The state of each mutant, by name."""
    states: dict[str, str] = {}
    for page in FOLDER.rglob("*.meta"):
        codes = json.loads(page.read_text())["exit_code_by_key"]
        states |= {name: "not tried" if code is None else STATES.get(code, "killed") for name, code in codes.items()}
    return states


def mutmut(*names: str) -> int:
    """Runs mutmut on mutants, and returns its exit code."""
    children = os.environ.get("MUTANTS_AT_ONCE", "2")
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", children, *names]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def drawn(count: int, seed: int) -> list[str]:
    """As many mutants of the other modules, the same ones for each seed."""
    others = sorted(name for name in results() if not name.startswith(tuple(f"domain.{pure}." for pure in PURE)))
    return random.Random(seed).sample(others, min(count, len(others)))


def tried(names: Sequence[str], sample: int, seed: int) -> int:
    """Tries the mutants, and returns the exit code of mutmut: first by the tests without a database, which are quick."""
    if names:
        return mutmut(*names)
    os.environ["PYTEST_ADDOPTS"] = WITHOUT_DATABASE
    code = mutmut(*[f"domain.{pure}.*" for pure in PURE])
    del os.environ["PYTEST_ADDOPTS"]
    if code or not sample:
        return code
    left = [name for name, state in results().items() if state in {"survived", "no test"}]
    chosen = [*sorted(left), *drawn(sample, seed)]
    return mutmut(*chosen)


def report() -> None:
    """Prints the score by module, and every mutant that no test saw."""
    states = {name: state for name, state in sorted(results().items()) if state != "not tried"}
    modules: dict[str, Counter[str]] = {}
    for name, state in states.items():
        modules.setdefault(name.rpartition(".")[0], Counter())[state] += 1
    for module, counts in modules.items():
        print(f"{module:40} {dict(counts)}")
    for name, state in states.items():
        if state not in {"killed", "too long"}:
            print(f"{state}: {name}")
    total = Counter(states.values())
    seen = total["killed"] + total["too long"]
    print(
        f"{seen} of {total.total()} killed ({100 * seen // max(1, total.total())} %), {len(results())} mutants in all"
    )


def main() -> int:
    """The exit code of the last run of mutmut."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="names or patterns of mutants")
    parser.add_argument("--sample", type=int, default=0, help="how many to draw of the modules that use a database")
    parser.add_argument("--seed", type=int, default=20261125, help="of the draw")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="meguru-mutants-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # as root, PostgreSQL runs as another user, who must get in
        server = postgres.start(Path(folder) / "postgres", durable=False)
        try:
            address = server.url("").rstrip("/")
            asyncio.run(recreate(address, TEMPLATE))
            asyncio.run(migrate(f"{address}/{TEMPLATE}"))
            os.environ |= {"MEGURU_TEST_DATABASE_URL": address, "MEGURU_TEST_TEMPLATE": TEMPLATE}
            code = tried(options.names, options.sample, options.seed)
        finally:
            server.stop()
    report()
    return code


if __name__ == "__main__":
    sys.exit(main())
