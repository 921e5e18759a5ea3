"""Keys as a town makes them, by the command of the runbook."""

import subprocess
from pathlib import Path

from api.keys import is_for_development, read_key

OPENSSL = ("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out")


def make_production_key(path: Path) -> None:
    """A key of the town's own; of 4,096 one has the mark of development by chance, and then another is made."""
    while not path.exists() or is_for_development(read_key(path)):
        subprocess.run([*OPENSSL, str(path)], check=True, capture_output=True)
