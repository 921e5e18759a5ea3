"""Parse the rows of a file: header, wallets and amounts. Pure.

Ambiguous input is an error and never guessed. Rows are numbered as in a spreadsheet: the header is row 1.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from uuid import UUID

from domain.bulk_grants.refusals import UnreadableFileError
from domain.bulk_grants.text import lines
from domain.grants.grant import AMOUNT_MAXIMUM
from domain.identifiers import InvalidIdError, Prefix, decode

ROWS_LIMIT = 100_000
_LONGEST_ID = 64
_LONGEST_AMOUNT = 30
_LINES_OF_RECORD = 1_000
_DIGITS = re.compile(r"[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_NEGATIVE = re.compile(r"[-△▲−‐][0-9,]+|\([0-9,]+\)")
_LOOKS_LIKE_A_NUMBER = re.compile(r"[0-9,.]+")
_GROUP = 3
_GROUP_OF_THREE = re.compile(r"[0-9]{3}")
_NARROW = str.maketrans(
    {**{chr(0xFF10 + digit): str(digit) for digit in range(10)}, "，": ",", "．": ".", "－": "-", "（": "(", "）": ")"}
)
"""Full-width digits and signs to ASCII. NFKC would also convert ① and ² to digits."""


class Column(Enum):
    """The content of a column. NOTE is ignored and not stored."""

    WALLET = "WALLET"
    AMOUNT = "AMOUNT"
    NOTE = "NOTE"


_NAMES = {
    "ウォレットid": Column.WALLET,
    "walletid": Column.WALLET,
    "受取コード": Column.WALLET,
    "receivecode": Column.WALLET,
    "金額": Column.AMOUNT,
    "amount": Column.AMOUNT,
    "備考": Column.NOTE,
    "note": Column.NOTE,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """The reason why a row cannot be granted: its message is ROW_<code> of the catalogue, with `figures` filled in."""

    code: str
    column: Column | None = None
    figures: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file. Amount in whole units. The wallet may not exist."""

    number: int
    wallet: UUID | None = None
    amount: int | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class _Header:
    """The positions of the columns, from 0, and the number of named columns."""

    wallet: int
    amount: int
    width: int


def rows_of(data: bytes, encoding: str, municipality: int) -> Iterator[Row]:
    """Yield the rows after the header, without empty lines; raise UnreadableFileError for any other content."""
    records = _records(data, encoding)
    number, first = next(records, (1, None))
    if first is None:
        raise UnreadableFileError(1, "FILE_EMPTY")
    header = _header(first, number)
    count = 0
    for at, record in records:
        count += 1
        if count > ROWS_LIMIT:
            raise UnreadableFileError(at, "FILE_TOO_MANY_ROWS")
        yield _row(at, record, header, municipality)
    if not count:
        raise UnreadableFileError(number + 1, "FILE_NO_ROWS")


def _records(data: bytes, encoding: str) -> Iterator[tuple[int, list[str]]]:
    number, fed = 0, 0

    def record_lines() -> Iterator[str]:
        """Yield lines, up to the limit of one record: an unclosed quotation mark must not consume the file."""
        nonlocal fed
        for line in lines(data, encoding):
            fed += 1
            if fed > _LINES_OF_RECORD:
                raise UnreadableFileError(number, "FILE_QUOTES")
            yield line

    reader = csv.reader(record_lines(), strict=True)
    while True:
        number, fed = number + 1, 0
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise UnreadableFileError(number, "FILE_QUOTES") from error
        if record is None:
            return
        if any(value.strip() for value in record):
            yield number, record


def _header(record: list[str], number: int) -> _Header:
    places: dict[Column, int] = {}
    width = max((place for place, name in enumerate(record, 1) if name.strip()), default=0)
    for place, name in enumerate(record[:width]):
        column = _NAMES.get(re.sub(r"[\s_]", "", unicodedata.normalize("NFKC", name)).casefold())
        if column is None:
            raise UnreadableFileError(number, "FILE_UNKNOWN_COLUMN")
        if column in places:
            raise UnreadableFileError(number, "FILE_DOUBLE_COLUMN")
        places[column] = place
    if Column.WALLET not in places or Column.AMOUNT not in places:
        raise UnreadableFileError(number, "FILE_MISSING_COLUMN")
    return _Header(places[Column.WALLET], places[Column.AMOUNT], width)


def _row(number: int, record: list[str], header: _Header, municipality: int) -> Row:
    if any(value.strip() for value in record[header.width :]):
        return Row(number, problem=Problem("TOO_MANY_COLUMNS", None, {"columns": header.width}))
    if len(record) <= max(header.wallet, header.amount):
        return Row(number, problem=Problem("TOO_FEW_COLUMNS", None, {"columns": header.width}))
    wallet = wallet_of(record[header.wallet], municipality)
    after = header.amount + 1
    next_field = record[after] if after < len(record) and after != header.wallet else ""
    amount = amount_of(record[header.amount], next_field)
    if isinstance(wallet, Problem):
        return Row(number, None, amount if isinstance(amount, int) else None, wallet)
    return Row(number, wallet, None, amount) if isinstance(amount, Problem) else Row(number, wallet, amount)


def wallet_of(unchecked: str, municipality: int) -> UUID | Problem:
    """Parse a wallet's id or receive code. A wallet of another municipality is UNKNOWN_WALLET too."""
    text = unicodedata.normalize("NFKC", unchecked[:_LONGEST_ID]).strip()
    if not text:
        return Problem("WALLET_EMPTY", Column.WALLET)
    try:
        prefix, town, key = decode(text)
    except InvalidIdError:
        return Problem("UNKNOWN_WALLET", Column.WALLET)
    if prefix not in (Prefix.WALLET, Prefix.RECEIVE) or town != municipality or not isinstance(key, UUID):
        return Problem("UNKNOWN_WALLET", Column.WALLET)
    return key


def amount_of(unchecked: str, next_field: str = "") -> int | Problem:
    """Parse an amount in whole units.

    next_field: the field after it, which may be the rest of an amount with a comma outside quotation marks.
    """
    text = unchecked.strip().translate(_NARROW)
    code = _amount_problem(text) if len(text) <= _LONGEST_AMOUNT else "AMOUNT_NOT_A_NUMBER"
    if code is None and len(text) <= _GROUP and _GROUP_OF_THREE.fullmatch(next_field.strip().translate(_NARROW)):
        code = "AMOUNT_UNCLEAR"
    if code is not None:
        return Problem(code, Column.AMOUNT)
    amount = int(text.replace(",", ""))
    if amount == 0:
        return Problem("AMOUNT_ZERO", Column.AMOUNT)
    return (
        amount if amount <= AMOUNT_MAXIMUM else Problem("AMOUNT_TOO_LARGE", Column.AMOUNT, {"maximum": AMOUNT_MAXIMUM})
    )


def _amount_problem(text: str) -> str | None:
    if not text:
        return "AMOUNT_EMPTY"
    if _NEGATIVE.fullmatch(text):
        return "AMOUNT_NEGATIVE"
    if _DIGITS.fullmatch(text) or _GROUPED.fullmatch(text):
        return "AMOUNT_UNCLEAR" if text[0] == "0" and len(text) > 1 else None
    return "AMOUNT_UNCLEAR" if _LOOKS_LIKE_A_NUMBER.fullmatch(text) else "AMOUNT_NOT_A_NUMBER"
