"""Flask's session: the cookie that carries the form tokens, and nothing else."""

from __future__ import annotations

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature


class FormCookie(SecureCookieSessionInterface):
    """Opens the cookie whatever its age.

    Flask would refuse one that is a month old, and one that a node whose clock is a second ahead
    has signed; but a form has no end here, and times are told by `sp.clock` alone.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """Return what the cookie holds, or nothing where we did not sign it."""
        serializer = self.get_signing_serializer(app)
        text = request.cookies.get(self.get_cookie_name(app))
        if serializer is None or not text:
            return self.session_class()
        try:
            return self.session_class(serializer.loads(text))
        except BadSignature:
            return self.session_class()
