"""Flask's session: the cookie that carries the form tokens, and nothing else."""

from __future__ import annotations

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer

from sp.web.cookies import value_of


class FormCookie(SecureCookieSessionInterface):
    """Opens the cookie whatever its age, and does nothing for who brings none.

    Flask would refuse one that is a month old, and one that a node whose clock is a second ahead
    has signed; but a form has no end here, and times are told by `sp.clock` alone.
    """

    def __init__(self) -> None:
        self._serializer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs and opens the cookie, made once: the key does not change."""
        if self._serializer is None:
            self._serializer = super().get_signing_serializer(app)
        return self._serializer

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie where a form was made; most requests have none."""
        if session.accessed or session.modified:
            super().save_session(app, session, response)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """Return what the cookie holds, or nothing where we did not sign it."""
        text = value_of(request, self.get_cookie_name(app))
        serializer = self.get_signing_serializer(app) if text else None
        if serializer is None:
            return self.session_class()
        try:
            return self.session_class(serializer.loads(text))
        except BadSignature:
            return self.session_class()
