"""Programs of tests/conformance, which need Node and `npm ci` there: `make conformance` sees to both."""

import subprocess

from tests.support.served import ROOT

FOLDER = ROOT / "tests" / "conformance"


def node(program: str, *arguments: str, seconds: int = 120) -> "subprocess.CompletedProcess[str]":
    """What a program printed, and its exit code."""
    command = ["node", program, *arguments]
    return subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=seconds, check=False)
