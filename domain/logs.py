"""Logs: one JSON object a line on standard error; never a token, a name or a request's content."""

import logging
import sys

import orjson
import structlog


def configure(level: str, *, pretty: bool = False) -> None:
    """Once per process. `pretty` for a developer's terminal."""
    renderer: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
        if pretty
        else [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(serializer=_dumps)]
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
    # Tortoise logs statements with their values, which may be personal; asyncio logs nothing that we do not.
    logging.getLogger("tortoise").setLevel(logging.WARNING)


def _dumps(value: object, **_: object) -> str:
    return orjson.dumps(value, default=str).decode()
