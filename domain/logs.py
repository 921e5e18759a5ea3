"""Logs: one JSON object per line on standard error, without tokens, names or request bodies.

Writing a line never raises and never waits: lines go through a bounded queue to a thread of their own. What the stream
does not take (a full disk, a reader that is gone or too slow) is dropped and counted.
"""

import atexit
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, TextIO

import orjson
import structlog

# Never the local variables of a frame: they hold tokens, names and amounts.
TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=30)
)
QUEUE_LIMIT = 10_000
"""Lines that wait for the stream; further ones are dropped."""
LAST_SECONDS = 1.0
"""How long the end of the process waits for the lines that are left."""
EVERY_SECONDS = 1.0
"""Lines of one kind are written at most this often by `rarely`."""


TEXTS = ("exc_value", "exc_notes", "syntax_error")
"""What an exception says in words: it may repeat what a client sent. Its type and its frames say where it came from."""


def without_texts(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Take the texts of exceptions out of a rendered event, also of causes and of groups."""
    exceptions = event.get("exception")
    if isinstance(exceptions, list):
        for exception in exceptions:
            _take_texts(exception)
    return event


def _take_texts(exception: dict[str, Any]) -> None:
    for name in TEXTS:
        exception.pop(name, None)
    for group in exception.get("exceptions") or ():
        for inner in group:
            _take_texts(inner)


class Writer:
    """Writes lines on a thread, so that no request waits for a disk."""

    def __init__(self, stream: TextIO) -> None:
        self._file = stream.fileno()  # past Python's buffer, whose lock would be held by a thread that waits at the end
        self._lines: queue.Queue[str] = queue.Queue(QUEUE_LIMIT)
        self.lost = 0
        threading.Thread(target=self._work, name="logs", daemon=True).start()

    def msg(self, line: str) -> None:
        """Hand over a line, or drop it."""
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self.lost += 1

    log = debug = info = warning = error = critical = exception = fatal = warn = msg

    def drain(self, seconds: float = LAST_SECONDS) -> None:
        """Wait until the lines so far are written, for some seconds at most."""
        deadline = time.monotonic() + seconds
        while self._lines.unfinished_tasks and time.monotonic() < deadline:
            time.sleep(0.005)

    def _work(self) -> None:
        while True:
            line = self._lines.get()
            left = f"{line}\n".encode(errors="backslashreplace")
            try:
                while left:
                    left = left[os.write(self._file, left) :]
            except OSError:  # full, or closed
                self.lost += 1
            self._lines.task_done()


class Foreign(logging.Handler):
    """Takes in what libraries log by the standard library, from warnings on."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write where a record comes from; its words may repeat what a client sent."""
        try:
            facts = {"logger": record.name, "at": f"{record.module}:{record.lineno}", "exc_info": record.exc_info}
            write = structlog.get_logger().error if record.levelno >= logging.ERROR else structlog.get_logger().warning
            write("library.logged", **facts)
        except Exception:  # noqa: BLE001 - a library's mistake in its own message
            count_lost()


_writers: list[Writer] = []
_unsaid = [0]
_last: dict[str, tuple[float, int]] = {}


def lost() -> int:
    """Return the number of lines of this process that were not written."""
    return _unsaid[0] + sum(writer.lost for writer in _writers)


def count_lost() -> None:
    """Count a line that could not even be made."""
    _unsaid[0] += 1


def rarely(write: Callable[..., object], event: str, **facts: object) -> None:
    """Write a line unless one of its kind was written within EVERY_SECONDS; `suppressed` says how many were not."""
    now = time.monotonic()
    before, suppressed = _last.get(event, (0.0, 0))
    if event in _last and now - before < EVERY_SECONDS:
        _last[event] = (before, suppressed + 1)
    else:
        _last[event] = (now, 0)
        write(event, suppressed=suppressed, **facts)


def configure(level: str, *, stream: TextIO | None = None) -> None:
    """Configure logging, once per process."""
    number = logging.getLevelNamesMapping()[level.upper()]
    writer = Writer(stream or sys.stderr)
    _writers.append(writer)
    atexit.register(writer.drain)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            TRACEBACKS,
            without_texts,
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        wrapper_class=_never_raising(structlog.make_filtering_bound_logger(number)),
        logger_factory=lambda *_: writer,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[Foreign()], level=max(number, logging.WARNING), force=True)
    # Tortoise logs statements with their values, which may be personal data.
    logging.getLogger("tortoise").setLevel(logging.WARNING)


def _never_raising(logger: type[Any]) -> type[Any]:
    """Return the class of a logger that counts what it cannot render: no answer depends on a line of the log."""

    class NeverRaising(logger):  # type: ignore[misc] # the base is made at run time
        def _proxy_to_logger(self, method_name: str, event: str | None = None, *values: object, **facts: object) -> Any:  # noqa: ANN401 - as the base
            try:
                return super()._proxy_to_logger(method_name, event, *values, **facts)
            except Exception:  # noqa: BLE001 - whatever it is, the caller must go on
                return count_lost()

    return NeverRaising


def _dumps(value: object, **_: object) -> str:
    return orjson.dumps(value, default=str).decode()
