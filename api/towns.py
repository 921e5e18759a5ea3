"""Which town a request is about, for logs and metrics: from the ids and national codes that it names.

Only towns that exist count, so that nobody can fill a metric with labels of their own.
"""

import asyncio
from collections.abc import Iterable, Iterator

import structlog

from domain.identifiers import InvalidIdError, decode, decode_event
from domain.municipalities import reads as municipalities
from domain.municipalities.codes import LENGTH
from domain.municipalities.reads import Municipality

log = structlog.get_logger()
READ_SECONDS = 10.0
"""How often the towns are read; a new one has its label within that time."""
NONE, SEVERAL = "none", "several"
"""Labels of requests that name no town (`viewer`, `serverTime`), or more than one."""


class Towns:
    """The towns by their numbers and codes, as they were read last."""

    def __init__(self) -> None:
        self._numbers: set[int] = set()
        self._by_code: dict[str, int] = {}

    async def keep(self) -> None:
        """Reads them again and again, until cancelled."""
        while True:
            try:
                self.learn(await municipalities.every())
            except Exception as error:  # noqa: BLE001 - the database may be away; the next round tries again
                log.warning("towns.unread", error=type(error).__name__)
            await asyncio.sleep(READ_SECONDS)

    def learn(self, towns: Iterable[Municipality]) -> None:
        """Replaces what was known."""
        self._by_code = {town.code: town.id for town in towns}
        self._numbers = set(self._by_code.values())

    def named(self, *values: object) -> list[int]:
        """The towns that texts in JSON values name, by number."""
        numbers = {self._number(text) for value in values for text in texts_in(value)}
        return sorted(numbers & self._numbers)

    def _number(self, text: str) -> int:
        """The number of the town of an id or code; 0, which no town has, for any other text."""
        if len(text) == LENGTH:
            return self._by_code.get(text, 0)
        try:
            return decode(text)[1]
        except InvalidIdError:
            return _of_event(text)


def label(towns: list[int]) -> str:
    """The one town's number, or what stands for none and for several."""
    if not towns:
        return NONE
    return str(towns[0]) if len(towns) == 1 else SEVERAL


def texts_in(value: object) -> Iterator[str]:
    """All texts of a JSON value, but names of fields."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list | tuple):
            waiting.extend(value)


def _of_event(text: str) -> int:
    try:
        return decode_event(text)[0]
    except InvalidIdError:
        return 0
