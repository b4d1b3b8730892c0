"""Who is signed in at pysaml2_server.py, with what was issued to them, and its settings of now."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from flask import current_app
from support.pysaml2_engine import Engine, Issued

FOLDER = Path(sys.argv[1])
COOKIE = "pysaml2"


@dataclass
class Session:
    name: str
    issued: list[Issued] = field(default_factory=list)


sessions: dict[str, Session] = {}
"""By the value of the cookie."""


@cache
def _engine_of(text):
    return Engine(FOLDER, current_app.config["BASE_URL"], json.loads(text))


def engine():
    return _engine_of((FOLDER / "settings.json").read_text(encoding="utf-8"))


def attributes_of(name):
    return json.loads((FOLDER / "people.json").read_text(encoding="utf-8"))[name]


def page(body):
    return f"<!doctype html><html lang=en><title>pysaml2</title><body>{body}</body></html>"
