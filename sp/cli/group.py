"""The command group that ends every failure with one sentence, never with a traceback."""

from __future__ import annotations

import logging
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from sp.cli.output import printable
from sp.config import Config
from sp.db import db
from sp.errors import SpError

_log = logging.getLogger("sp.cli")
_DATABASE = (
    "The database cannot be used: check SP_DATABASE_URL, and run flask db upgrade "
    "where the tables are missing or old."
)


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


TEXT = PlainText()


def current_config() -> Config:
    """Return what this program is set to."""
    config = current_app.extensions["sp_config"]
    assert isinstance(config, Config)
    return config


def _sentence_for(error: Exception) -> str:
    """Return the sentence for what no room foresaw; a fault of ours goes to the log as well."""
    if isinstance(error, (SQLAlchemyError, db.engine.dialect.loaded_dbapi.Error)):
        return _DATABASE
    _log.error("command failed", exc_info=error)
    return SpError.public
