"""A file's bytes as lines: UTF-8 (with or without its mark) or Shift_JIS as Windows writes it.

Pure but for making way for others.
"""

import asyncio
import codecs
import io
from collections.abc import Iterator

from domain.bulk_grants.refusals import UnreadableFileError, WrongEncodingError

SLICE = 65_536
LINE_LIMIT = 65_536
"""Characters of a line: a quote that is never closed must not swallow the file."""
_HEAD = 4_096
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


async def encoding_of(data: bytes) -> str:
    """`utf-8-sig` or `cp932`; WrongEncodingError with the place of the first byte that fits neither.

    Shift_JIS reads nearly every byte as something, so a first line in Japanese decides which of the two a file is.
    """
    if data.startswith(_UTF_16):
        raise WrongEncodingError(1, 1)
    at = 0
    for encoding in _candidates(data):
        fault = await first_fault(data, encoding)
        if fault is None:
            return encoding
        at = max(at, fault)
    raise WrongEncodingError(data.count(b"\n", 0, at) + 1, at + 1)


def _candidates(data: bytes) -> tuple[str, ...]:
    head = data[:_HEAD].split(b"\n", 1)[0]
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
    """The offset of the first byte that the encoding has not; None: all fit."""
    decoder = codecs.getincrementaldecoder(
        "utf-8" if encoding == "utf-8-sig" else encoding
    )()  # the mark is a character like any
    for start in range(0, len(data), SLICE):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + SLICE], final=start + SLICE >= len(data))
        except UnicodeDecodeError as error:
            return start - pending + error.start
        await asyncio.sleep(0)
    return None


def lines(data: bytes, encoding: str) -> Iterator[str]:
    """Lines with their ends, which are always a single newline: CRLF, LF and CR are read."""
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
