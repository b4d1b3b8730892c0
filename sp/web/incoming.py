"""The request as every page gets it: Flask's, which also knows when it came."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.sansio.http import parse_cookie
from werkzeug.utils import cached_property

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class Incoming(Request):
    """`started` is a reading of `time.perf_counter`."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        self.started = time.perf_counter()
        super().__init__(environ)

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """Return the cookies; Werkzeug would look for their header among all of them."""
        text = self.environ.get("HTTP_COOKIE")
        return parse_cookie(text, ImmutableMultiDict)  # type: ignore[return-value]
