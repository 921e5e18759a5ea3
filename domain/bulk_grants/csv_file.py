"""Parse the rows of a file: header, wallets and amounts. Pure.

Ambiguous input is an error and never guessed. Rows are numbered as in a spreadsheet: the header is row 1.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from uuid import UUID

from domain.bulk_grants.refusals import UnreadableFileError
from domain.bulk_grants.text import lines, without_end_sign
from domain.codes import receive_code
from domain.codes.refusals import InvalidCodeError
from domain.grants.grant import AMOUNT_MAXIMUM
from domain.identifiers import InvalidIdError, Prefix, decode
from domain.typed_text import narrow

ROWS_LIMIT = 100_000
_LONGEST_AMOUNT = 30
_LINES_OF_RECORD = 1_000
_DIGITS = re.compile(r"[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_NEGATIVE = re.compile(r"[-△▲−‐][0-9,]+|\([0-9,]+\)")
_LOOKS_LIKE_A_NUMBER = re.compile(r"[0-9,.]+")
_GROUP = 3
_GROUP_OF_THREE = re.compile(r"[0-9]{3}")
_DELIMITERS = "\t;"
"""What divides the columns where the header has it, and otherwise a comma: tabs in a spreadsheet's Unicode text."""
_FIELD = re.compile(r'"(?:[^"]|"")*"|[^,]*')
_TEXT_FORMULA = re.compile(r'="(.*)"')
"""How a spreadsheet is made to keep digits as they are: `="0001"`."""


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
    """A row of the file. Amount in whole units. The wallet may not exist.

    code: the receive code that the row has in place of the wallet, until it is looked up.
    """

    number: int
    wallet: UUID | None = None
    amount: int | None = None
    problem: Problem | None = None
    code: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Header:
    """The positions of the columns, from 0, the number of named columns, and what divides them."""

    wallet: int
    amount: int
    width: int
    delimiter: str


def rows_of(data: bytes, encoding: str, municipality: int) -> Iterator[Row]:
    """Yield the rows after the header, without empty lines; raise UnreadableFileError for any other content."""
    content = without_end_sign(data)
    delimiter = _delimiter_of(content, encoding)
    records = _records(content, encoding, delimiter)
    number, first, _ = next(records, (1, None, ""))
    if first is None:
        raise UnreadableFileError(1, "FILE_EMPTY")
    header = _header(first, number, delimiter)
    count = 0
    for at, record, text in records:
        count += 1
        if count > ROWS_LIMIT:
            raise UnreadableFileError(at, "FILE_TOO_MANY_ROWS")
        yield _row(at, record, text, header, municipality)
    if not count:
        raise UnreadableFileError(number + 1, "FILE_NO_ROWS")


def _delimiter_of(data: bytes, encoding: str) -> str:
    """Return what divides the columns, by the first line that is not empty: names of columns have none of them."""
    header = next((line for line in lines(data, encoding) if line.strip()), "")
    return next((delimiter for delimiter in _DELIMITERS if delimiter in header and "," not in header), ",")


def _records(data: bytes, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str], str]]:
    """Yield the number of each record, its fields, and its text as it stands in the file. Empty ones are left out."""
    number = 0
    fed: list[str] = []

    def record_lines() -> Iterator[str]:
        """Yield lines, up to the limit of one record: an unclosed quotation mark must not consume the file."""
        for line in lines(data, encoding):
            fed.append(line)
            if len(fed) > _LINES_OF_RECORD:
                raise UnreadableFileError(number, "FILE_QUOTES")
            yield line

    reader = csv.reader(record_lines(), strict=True, delimiter=delimiter)
    while True:
        number += 1
        fed.clear()
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise UnreadableFileError(number, "FILE_QUOTES") from error
        if record is None:
            return
        if any(narrow(value) for value in record):
            yield number, record, "".join(fed)


def _header(record: list[str], number: int, delimiter: str) -> _Header:
    places: dict[Column, int] = {}
    width = max((place for place, name in enumerate(record, 1) if narrow(name)), default=0)
    for place, name in enumerate(record[:width]):
        column = _NAMES.get(re.sub(r"[\s_]", "", unicodedata.normalize("NFKC", _written(name))).casefold())
        if column is None:
            raise UnreadableFileError(number, "FILE_UNKNOWN_COLUMN")
        if column in places:
            raise UnreadableFileError(number, "FILE_DOUBLE_COLUMN")
        places[column] = place
    if Column.WALLET not in places or Column.AMOUNT not in places:
        raise UnreadableFileError(number, "FILE_MISSING_COLUMN")
    return _Header(places[Column.WALLET], places[Column.AMOUNT], width, delimiter)


def _row(number: int, record: list[str], text: str, header: _Header, municipality: int) -> Row:
    if any(narrow(value) for value in record[header.width :]):
        return Row(number, problem=Problem("TOO_MANY_COLUMNS", None, {"columns": header.width}))
    if len(record) <= max(header.wallet, header.amount):
        return Row(number, problem=Problem("TOO_FEW_COLUMNS", None, {"columns": header.width}))
    wallet = wallet_of(record[header.wallet], municipality)
    amount = amount_of(record[header.amount], _next_field(record, text, header))
    if isinstance(wallet, Problem):
        return Row(number, None, amount if isinstance(amount, int) else None, wallet)
    prefix, key = wallet
    row = Row(number, key) if prefix is Prefix.WALLET else Row(number, code=key)
    return replace(row, problem=amount) if isinstance(amount, Problem) else replace(row, amount=amount)


def _next_field(record: list[str], text: str, header: _Header) -> str:
    """Return the field after the amount where it may be the rest of it; an empty text where it is a field of its own.

    It is where either is in quotation marks, is a wallet, or where columns are not divided by commas.
    """
    after = header.amount + 1
    if header.delimiter != "," or after >= len(record) or after == header.wallet:
        return ""
    if _GROUP_OF_THREE.fullmatch(_written(record[after])) is None or '"' not in text:
        return record[after]
    return "" if '"' in {_quote(text, header.amount), _quote(text, after)} else record[after]


def _quote(text: str, place: int) -> str:
    """Return the first character of a field as it stands in the file, without spaces before it."""
    at = 0
    for _ in range(place):
        field_text = _FIELD.match(text, at)
        at = text.find(",", at if field_text is None else field_text.end()) + 1
    return text[at : at + 1]


def _written(value: str) -> str:
    """Return what a person has written into a field: narrow, without the marks by which spreadsheets keep digits."""
    text = narrow(value)
    formula = _TEXT_FORMULA.fullmatch(text)
    return narrow(text.removeprefix("'") if formula is None else formula[1])


def wallet_of(unchecked: str, municipality: int) -> tuple[Prefix, UUID] | Problem:
    """Parse a wallet's id or receive code. One of another municipality is UNKNOWN_WALLET too."""
    text = _written(unchecked)
    if not text:
        return Problem("WALLET_EMPTY", Column.WALLET)
    try:
        prefix, town, key = decode(text)
    except InvalidIdError:
        try:
            (town, key), prefix = receive_code.read(text), Prefix.RECEIVE
        except InvalidCodeError:
            return Problem("UNKNOWN_WALLET", Column.WALLET)
    if prefix not in (Prefix.WALLET, Prefix.RECEIVE) or town != municipality or not isinstance(key, UUID):
        return Problem("UNKNOWN_WALLET", Column.WALLET)
    return prefix, key


def amount_of(unchecked: str, next_field: str = "") -> int | Problem:
    """Parse an amount in whole units.

    next_field: the field after it, which may be the rest of an amount with a comma outside quotation marks.
    """
    text = _written(unchecked)
    code = _amount_problem(text) if len(text) <= _LONGEST_AMOUNT else "AMOUNT_NOT_A_NUMBER"
    if code is None and len(text) <= _GROUP and _GROUP_OF_THREE.fullmatch(_written(next_field)):
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
