"""What every page shares: the product's name and colour, and how times are told."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Flask, Response, current_app
from markupsafe import Markup

from sp import clock
from sp.config import Config
from sp.sessions.device import device_of
from sp.web.accent import make_theme

bp = Blueprint("look", __name__)

WORDS: Final = re.compile(r"\b(sign-in|e-mail)\b", re.IGNORECASE)
MINUTE, MINUTES_OF_HOUR, HOURS_OF_DAY = 60, 60, 24


def register(app: Flask, config: Config) -> None:
    """Give every template the product's name and our ways of telling times."""
    app.jinja_env.filters["when"] = when
    app.jinja_env.filters["span"] = span
    app.jinja_env.filters["unbroken"] = unbroken
    app.jinja_env.filters["device"] = device
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def _shared() -> dict[str, Any]:
        return {
            "product": config.product_name,
            "support": config.support_email,
            "logo_url": config.logo_url,
            "privacy_url": config.privacy_url,
        }


@bp.get("/theme.css")
def theme() -> Response:
    """Give the accent that comes from configuration; the policy allows no inline style."""
    config: Config = current_app.extensions["sp_config"]
    response = Response(make_theme(config.accent), mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def when(instant: datetime) -> Markup:
    """Return a time as people say it, with the exact one (UTC) on hover and for print."""
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        instant.strftime("%Y-%m-%dT%H:%M:%SZ"),
        instant.strftime("%Y-%m-%d %H:%M:%S UTC"),
        relative(instant, clock.now()),
    )


def relative(instant: datetime, now: datetime) -> str:
    """Return how far away an instant is, in words."""
    seconds = round((instant - now).total_seconds())
    if abs(seconds) < MINUTE:
        return "just now" if seconds <= 0 else "in less than a minute"
    return f"in {span(seconds)}" if seconds > 0 else f"{span(-seconds)} ago"


def device(user_agent: str) -> str:
    """Return the words for a browser and its machine as they stand at the beginning of a line."""
    words = device_of(user_agent)
    return words[:1].upper() + words[1:]


def unbroken(text: str) -> Markup:
    """Return a text whose words with a hyphen stay on one line: a browser breaks after it."""
    parts = WORDS.split(text)  # every second one is such a word
    whole = Markup('<span class="unbroken">{}</span>')
    return Markup("").join(whole.format(each) if at % 2 else each for at, each in enumerate(parts))


def span(seconds: int) -> str:
    """Return a length of time, rounded to its largest unit: 3599 is "1 hour"."""
    count, name = round(seconds / MINUTE), "minute"
    if count >= MINUTES_OF_HOUR:
        count, name = round(count / MINUTES_OF_HOUR), "hour"
        if count >= HOURS_OF_DAY:
            count, name = round(count / HOURS_OF_DAY), "day"
    return f"{count} {name}{'' if count == 1 else 's'}"
