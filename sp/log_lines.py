"""Makes every log record one line of JSON that holds nobody's data."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import orjson

from sp import clock

_ENCODER: Final = json.JSONEncoder(default=str, separators=(",", ":"))
_OPTIONS: Final = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
_DELETE: Final = b"\x7f"
_OF_EVERY_RECORD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def tell(log: logging.Logger, event: str, facts: Mapping[str, object]) -> None:
    """Log what happens at every sign-in, as `log.info` with `extra` does.

    Where nobody but our own handler listens, no record is made for it: that takes a third.
    """
    if not log.isEnabledFor(logging.INFO):
        return
    ours = _only_listener(log)
    if ours is None:
        log.info(event, extra=dict(facts))
    else:
        ours.write(_line(clock.now(), "info", log.name, event, facts))


class JsonLines(logging.Formatter):
    """One line: time, level, logger, event, and what the caller gave as `extra`.

    An error is told by its type and by the places that it went through, never by its message:
    a database's errors repeat the values of the row, and those are people.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line; control characters are escaped by JSON."""
        facts = {
            name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD
        }
        if record.exc_info and record.exc_info[1] is not None:
            facts["error"] = _told(record.exc_info[1])
        at = datetime.fromtimestamp(record.created, UTC)
        return _line(at, record.levelname.lower(), record.name, record.getMessage(), facts)


def _line(at: datetime, level: str, log: str, event: str, facts: Mapping[str, object]) -> str:
    time = at.isoformat(" ", "milliseconds")
    line = {"time": time, "level": level, "logger": log, "event": event, **facts}
    try:
        octets = orjson.dumps(line, default=str, option=_OPTIONS)
    except TypeError:
        return _ENCODER.encode(line)
    if octets.isascii() and _DELETE not in octets:
        return octets.decode("ascii")
    return _ENCODER.encode(line)  # escapes what a terminal may obey


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


class _ToStderr(logging.Handler):
    """Writes to what stderr is at that moment, not to what it was when logging was set up."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's line."""
        try:
            line = self.format(record)
        except RecursionError:
            raise
        except Exception:  # noqa: BLE001 - what cannot be logged stops nobody's sign-in
            self.handleError(record)
        else:
            self.write(line)

    def write(self, line: str) -> None:
        """Write a line in one piece; no stderr that is full or gone stops anybody's sign-in."""
        self.acquire()
        try:
            with suppress(OSError, ValueError, AttributeError):
                sys.stderr.write(f"{line}\n")
                sys.stderr.flush()
        finally:
            self.release()


def _only_listener(log: logging.Logger) -> _ToStderr | None:
    """Return our handler where it is the only one that this logger has."""
    handlers = log.root.handlers
    if len(handlers) != 1 or log.handlers or not log.propagate:
        return None
    only = handlers[0]
    return only if isinstance(only, _ToStderr) else None


def set_up_logging() -> None:
    """Send every record of this process to stderr as lines of JSON; safe to call twice."""
    root = logging.getLogger()
    if not any(isinstance(handler, _ToStderr) for handler in root.handlers):
        handler = _ToStderr()
        handler.setFormatter(JsonLines())
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        # Each record would look up where it was made, and by which thread; no line tells it.
        logging._srcfile = None  # noqa: SLF001 - so says "Optimization" in Python's Logging HOWTO
        logging.logThreads = logging.logMultiprocessing = False
        # `flask run` tells of each request with its query, where addresses and messages stand.
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
