"""How often somebody may ask: by address, person, phone and operation, in this process and in all of them together.

Each key has a bucket: as many requests at once as its rate has in a period, and then as they run off. A process counts
what it sees itself. Only for who has used more than a share of the bucket here it also asks Redis, which counts for all
processes; while Redis is away, each process counts alone. What guards money or codes does not rest on this: see
`domain.tries`, which counts in PostgreSQL.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from redis import asyncio as aioredis
from redis.exceptions import RedisError

from api.settings import Settings
from domain.viewer import Viewer

log = structlog.get_logger()
REMEMBERED = 100_000
"""Buckets of a process; those that were used longest ago are forgotten first, which only makes them full again."""
SHARE = 8
"""Redis is asked from the eighth part of a bucket on, so eight processes together stay within it without asking."""
REDIS_SECONDS = 0.1
REDIS_PAUSE_SECONDS = 5.0
"""For which Redis is not asked again after it has not answered."""
PREFIX = "meguru:rate:"
SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local ends = {}
for number, key in ipairs(KEYS) do
  local each, period = tonumber(ARGV[2 * number - 1]), tonumber(ARGV[2 * number])
  ends[number] = math.max(tonumber(redis.call('GET', key) or now), now) + each
  if ends[number] - now > period then return {number, math.ceil(ends[number] - now - period)} end
end
for number, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.3f', ends[number]), 'PX', ARGV[2 * number])
end
return {0, 0}
"""
"""For all keys or for none: the number of the key that has no more, and in how many milliseconds it has again."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so many seconds."""

    count: int
    seconds: int = 60

    @property
    def each(self) -> float:
        """Seconds after which one more may come."""
        return self.seconds / self.count


OPERATIONS = {
    "activateGift": Rate(10),
    "createUpload": Rate(30),
    "driftReport": Rate(10),
    "issueGiftNumbers": Rate(10),
    "linkFundingSource": Rate(10),
    "renewReceiveCode": Rate(10),
    "trialBalance": Rate(20),
}
"""Of one person, for operations that are dear, that send something out, or by which secrets could be tried."""
Key = tuple[str, Rate]


class Buckets:
    """The buckets of this process: for each key, the instant at which it is full again."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def take(self, keys: Sequence[Key]) -> float | None:
        """Takes one of each key. Or takes nothing, and returns the seconds after which there is one again."""
        now = self._clock()
        ends = {}
        for name, rate in keys:
            ends[name] = max(self._full_at.get(name, now), now) + rate.each
            if ends[name] - now > rate.seconds + rate.each / 1_000:
                return ends[name] - now - rate.seconds
        for name, end in ends.items():
            self._full_at[name] = end
            self._full_at.move_to_end(name)
        while len(self._full_at) > REMEMBERED:
            self._full_at.popitem(last=False)
        return None

    def is_used(self, key: Key) -> bool:
        """Whether more than a share of a bucket was used here."""
        name, rate = key
        return self._full_at.get(name, 0.0) - self._clock() > rate.seconds / SHARE


class Rates:
    """The limits of this process, and through Redis of all processes."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], float] = time.monotonic,
        limited: Callable[[str], None] = lambda _by: None,
    ) -> None:
        self._limited = limited
        self._on = settings.rate_limits
        self._person = Rate(settings.requests_per_minute)
        self._address = Rate(settings.requests_per_minute_of_address)
        self._clock = clock
        self._buckets = Buckets(clock)
        self._redis_from = 0.0
        self._redis: Any = (
            None
            if settings.redis_url is None
            else aioredis.from_url(
                settings.redis_url, socket_connect_timeout=REDIS_SECONDS, socket_timeout=REDIS_SECONDS
            )
        )

    async def close(self) -> None:
        """Closes the connections to Redis."""
        if self._redis is not None:
            await self._redis.aclose()

    async def of_address(self, address: str) -> int | None:
        """One request of an address: None where it may go on, else the seconds to wait."""
        return self._noted("address", await self.take([(f"address:{address}", self._address)]))

    async def of_viewer(self, viewer: Viewer | None, fields: Sequence[str]) -> int | None:
        """One operation of a person and of the phone, whoever else uses it, with these root fields, likewise."""
        if viewer is None:
            return None
        person = str(viewer.person_id)
        keys = [(f"person:{person}", self._person)]
        if viewer.device is not None:
            keys.append((f"device:{viewer.device}", self._person))
        keys += [(f"{field}:{person}", OPERATIONS[field]) for field in dict.fromkeys(fields) if field in OPERATIONS]
        return self._noted("person", await self.take(keys))

    def _noted(self, by: str, seconds: int | None) -> int | None:
        if seconds is not None:
            self._limited(by)
        return seconds

    async def take(self, keys: Sequence[Key]) -> int | None:
        """One of each key; None, or the whole seconds after which there is one again."""
        if not self._on:
            return None
        wait = self._buckets.take(keys)
        used = [key for key in keys if self._buckets.is_used(key)]
        if wait is None and used:
            wait = await self._of_all_processes(used)
        return None if wait is None else max(1, math.ceil(wait))

    async def _of_all_processes(self, keys: Sequence[Key]) -> float | None:
        if self._redis is None or self._clock() < self._redis_from:
            return None
        figures = [figure for _, rate in keys for figure in (rate.each * 1_000, rate.seconds * 1_000)]
        names = [PREFIX + name for name, _ in keys]
        try:
            number, milliseconds = await self._redis.eval(SCRIPT, len(names), *names, *figures)
        except (RedisError, OSError) as error:
            self._redis_from = self._clock() + REDIS_PAUSE_SECONDS
            log.warning("rates.redis_away", error=type(error).__name__)
            return None
        return milliseconds / 1_000 if number else None
