"""The command group that ends every failure with one sentence, never with a traceback."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Any, Final

import click
from flask import current_app
from flask.cli import AppGroup

from sp import clock, trouble
from sp.cli.output import printable
from sp.config import Config
from sp.db import db
from sp.errors import SpError

_log = logging.getLogger("sp.cli")


class SpGroup(AppGroup):
    """Turns whatever a command raises into one sentence on stderr and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except SpError as error:
            sentence = error.public
        except BrokenPipeError:
            raise  # whoever read along has left; click ends quietly
        except OSError as error:
            sentence = f"{error.filename or 'A file'} cannot be used: {error.strerror or error}."
        except Exception as error:  # noqa: BLE001 - a traceback helps nobody at a terminal
            sentence = _sentence_for(error)
        click.echo(printable(sentence), err=True)
        return ctx.exit(1)

    def group(self, *args: Any, **arguments: Any) -> Any:
        """Make a group of commands under this one, of the same kind."""
        arguments.setdefault("cls", SpGroup)
        return super().group(*args, **arguments)


class PlainText(click.ParamType[str]):
    """Text that every database can store and every terminal can show."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return it; NUL, other control characters and lone surrogates are refused."""
        if not all(letter.isprintable() for letter in value):
            self.fail("it holds a character that cannot be printed.", param, ctx)
        return value


class Span(click.ParamType[int]):
    """A length of time with its unit, such as 30m, 12h or 7d, as seconds."""

    name = "span"
    _UNITS: Final = {"m": 60, "h": 3_600, "d": 86_400}
    _WRITTEN: Final = re.compile(r"([0-9]{1,6})([mhd])")

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - click's
        """Return how it is written, for --help."""
        return "30m|12h|7d"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the seconds; a number without a unit is refused, it could mean any."""
        found = self._WRITTEN.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} is not a length of time such as 30m, 12h or 7d.", param, ctx)
        return int(found[1]) * self._UNITS[found[2]]


class Moment(click.ParamType[datetime]):
    """An instant with its zone (ISO 8601), or the word now."""

    name = "moment"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return it aware; without a zone it would be another instant on another machine."""
        if isinstance(value, datetime):
            return value
        moment = _read_moment(value)
        if moment is None:
            self.fail(f"{value!r} is neither now nor a time such as 2026-03-02T09:00Z.", param, ctx)
        return moment


MOMENT = Moment()
TEXT = PlainText()
SPAN = Span()


def current_config() -> Config:
    """Return what this program is set to."""
    config = current_app.extensions["sp_config"]
    assert isinstance(config, Config)
    return config


def _read_moment(text: str) -> datetime | None:
    if text == "now":
        return clock.now()
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _sentence_for(error: Exception) -> str:
    """Return the sentence for what no room foresaw; a fault of ours goes to the log as well."""
    found = trouble.find(error, db.engine)
    if found is not None:
        return found.sentence
    _log.error("command failed", exc_info=error)
    return SpError.public
