"""Makes every log record one line of JSON that holds nobody's data."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Final, TextIO

_OF_EVERY_RECORD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonLines(logging.Formatter):
    """One line: time, level, logger, event, and what the caller gave as `extra`.

    An error is told by its type and by the places that it went through, never by its message:
    a database's errors repeat the values of the row, and those are people.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line; control characters are escaped by JSON."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(" ", "milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= {
            name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _told(record.exc_info[1])
        return json.dumps(line, default=str)


def _told(error: BaseException) -> list[dict[str, object]]:
    """Return an error and what caused it, the outermost first."""
    told: list[dict[str, object]] = []
    seen: BaseException | None = error
    while seen is not None:
        frames = traceback.extract_tb(seen.__traceback__)
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        told.append({"type": type(seen).__qualname__, "through": places})
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return told


class _ToStderr(logging.StreamHandler[TextIO]):
    """Writes to what stderr is at that moment, not to what it was when logging was set up."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        """Return today's stderr."""
        return sys.stderr

    @stream.setter
    def stream(self, _stream: TextIO) -> None:
        raise NotImplementedError


def set_up_logging() -> None:
    """Send every record of this process to stderr as lines of JSON; safe to call twice."""
    root = logging.getLogger()
    if not any(isinstance(handler, _ToStderr) for handler in root.handlers):
        handler = _ToStderr()
        handler.setFormatter(JsonLines())
        root.addHandler(handler)
        root.setLevel(logging.INFO)
