"""One JSON line per thing that happened. No names, addresses, texts or ids of people: routes, kinds, counts and times only."""

import io
import logging
import sys
from typing import TextIO, cast

import structlog

NOISY = ("procrastinate", "granian", "_granian", "alembic", "sqlalchemy")


class _StandardError(io.TextIOBase):
    """Standard error as it is when a line is written: who replaces it for a while and closes theirs silences nobody."""

    def write(self, text: str, /) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def set_up() -> None:
    """Send structured lines to standard error; called once, by the process that serves."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _StandardError())),
        cache_logger_on_first_use=True,
    )
    # Libraries write arguments and addresses into their lines; only their warnings pass, and only as their logger's name.
    handler = logging.StreamHandler(_StandardError())
    handler.setFormatter(_NameOnly())
    handler.setLevel(logging.WARNING)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


class _NameOnly(logging.Formatter):
    """What a library says may hold what people wrote: its name, level and the kind of error are kept, its words are not."""

    def format(self, record: logging.LogRecord) -> str:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        line = {"event": "library", "logger": record.name, "level": record.levelname.lower(), "error": kind, "line": record.lineno}
        return structlog.processors.JSONRenderer()(None, "", line).__str__()
