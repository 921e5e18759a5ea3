"""Decode a file into lines: UTF-8 or UTF-16 as spreadsheets write them, or Shift_JIS as written by Windows (cp932).

Pure, except that it yields to the event loop.
"""

import asyncio
import codecs
import io
from collections.abc import Iterator

from domain.bulk_grants.refusals import UnreadableFileError, WrongEncodingError

SLICE = 65_536
LINE_LIMIT = 65_536
"""The maximum length of a line, in characters, so that an unclosed quotation mark does not consume the file."""
_HEAD = 4_096
_ENDS = "\x1a\x00\t\r\n "
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


async def encoding_of(data: bytes) -> str:
    """Return `utf-8-sig`, `utf-16` or `cp932`; raise WrongEncodingError at the first byte that is valid in none.

    Nearly every byte is valid Shift_JIS, so a first line in Japanese decides the encoding. UTF-16 has its byte order
    mark, as in the spreadsheet's "Unicode text".
    """
    at = 0
    for encoding in _candidates(data):
        fault = await first_fault(data, encoding)
        if fault is None:
            return encoding
        at = max(at, fault)
    before = data[:at].decode("utf-16", "ignore").encode() if data.startswith(_UTF_16) else data[:at]
    raise WrongEncodingError(before.count(b"\n") + 1, at + 1)


def _candidates(data: bytes) -> tuple[str, ...]:
    head = data[:_HEAD].split(b"\n", 1)[0]
    if data.startswith(_UTF_16):
        return ("utf-16",)
    if data.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    if head.isascii():
        return "utf-8-sig", "cp932"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return ("cp932",)
    return ("utf-8-sig",)


async def first_fault(data: bytes, encoding: str) -> int | None:
    """Return the offset of the first byte that is invalid in the encoding; None if all are valid."""
    decoder = codecs.getincrementaldecoder(
        "utf-8" if encoding == "utf-8-sig" else encoding
    )()  # decodes the byte order mark as a character
    for start in range(0, len(data), SLICE):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + SLICE], final=start + SLICE >= len(data))
        except UnicodeDecodeError as error:
            return start - pending + error.start
        await asyncio.sleep(0)
    return None


def without_end_sign(data: bytes) -> bytes:
    """Return a file without the sign with which old programs end one (Ctrl-Z), and what is empty around it."""
    if data.startswith(_UTF_16):
        ends = tuple(
            sign.encode("utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be") for sign in _ENDS
        )
        length = len(data)
        while length and data.endswith(ends, 0, length):
            length -= 2
    else:
        length = len(data.rstrip(_ENDS.encode()))
    return data[:length] if b"\x1a" in data[length:] else data


def lines(data: bytes, encoding: str) -> Iterator[str]:
    """Yield lines with CRLF, LF or CR replaced by a newline."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
    rest, number = "", 0
    for start in range(0, len(data), SLICE):
        whole = (rest + decoder.decode(data[start : start + SLICE], final=start + SLICE >= len(data))).split("\n")
        rest = whole.pop()
        for line in whole:
            number += 1
            yield line + "\n"
        if len(rest) > LINE_LIMIT:
            raise UnreadableFileError(number + 1, "FILE_LONG_LINE")
    if rest:
        yield rest
