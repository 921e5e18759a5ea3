"""Refusals and the texts of the catalogue, as tests of words read them."""

import re
from importlib import import_module
from pathlib import Path

from domain.refusals import Refusal

DOMAIN = Path(__file__).resolve().parents[2] / "domain"
for refusals in sorted(DOMAIN.glob("*/refusals.py")):  # also of rooms that no field reaches
    import_module(f"domain.{refusals.parent.name}.refusals")


def leaves(kind: type[Refusal]) -> set[type[Refusal]]:
    """The refusals below a class that are not classes of refusals."""
    children = kind.__subclasses__()
    return set().union(*map(leaves, children)) if children else {kind}


def placeholders(text: str) -> set[str]:
    """What fills a message."""
    return set(re.findall(r"\{[^}]*\}", text))
