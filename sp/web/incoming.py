"""The request as every page gets it: Flask's, which also knows when it came."""

from __future__ import annotations

import time
from typing import IO, TYPE_CHECKING

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.sansio.http import parse_cookie
from werkzeug.utils import cached_property
from werkzeug.wsgi import LimitedStream

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class _Pieces(LimitedStream):
    """A body that comes in pieces, its length unknown before its end (RFC 9112, 7.1)."""

    def readinto(self, b: bytearray) -> int | None:  # type: ignore[override]
        """Read on; pieces that break their own rules are the sender's fault."""
        try:
            return super().readinto(b)
        except HTTPException:
            raise
        except Exception as error:  # every server has an error of its own for that
            raise BadRequest from error

    def readall(self) -> bytes:
        """Return the whole of it; Werkzeug would cut off what is too much, and say nothing."""
        octets = super().readall()
        if self.is_exhausted and self._stream.read(1):
            self.on_exhausted()
        return octets


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

    @cached_property
    def stream(self) -> IO[bytes]:
        """Return the body."""
        stream: IO[bytes] = super().stream
        if isinstance(stream, LimitedStream) and "HTTP_TRANSFER_ENCODING" in self.environ:
            return _Pieces(self.environ["wsgi.input"], stream.limit, is_max=True)  # type: ignore[return-value]
        return stream

    def _load_form_data(self) -> None:
        """Read the form; a part without a name is no field, and Flask-WTF looks at each name."""
        super()._load_form_data()
        form = self.__dict__["form"]
        if None in form:
            named = [pair for pair in form.items(multi=True) if pair[0] is not None]
            self.__dict__["form"] = ImmutableMultiDict(named)
