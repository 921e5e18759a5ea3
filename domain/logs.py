"""Logs: one JSON object per line on standard error, without tokens, names or request bodies."""

import logging
import sys
from typing import Any

import orjson
import structlog

# Never the local variables of a frame: they hold tokens, names and amounts.
TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=30)
)


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


def configure(level: str, *, pretty: bool = False) -> None:
    """Configure logging, once per process. Set `pretty` for a developer's terminal."""
    renderer: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)]
        if pretty
        else [TRACEBACKS, without_texts, structlog.processors.JSONRenderer(serializer=_dumps)]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Tortoise logs statements with their values, which may be personal data.
    logging.getLogger("tortoise").setLevel(logging.WARNING)


def _dumps(value: object, **_: object) -> str:
    return orjson.dumps(value, default=str).decode()
