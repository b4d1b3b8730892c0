"""Sends the browser to a company's login: by redirect, or by a page that posts a form."""

from __future__ import annotations

from flask import make_response, render_template
from werkzeug.wrappers import Response

from sp.flows.outcomes import Leave
from sp.web import headers
from sp.web.addresses import see_other


def leave(left: Leave) -> Response:
    """Return the answer that takes a message along (SAML Bindings 3.4, 3.5)."""
    if left.form is None:
        return see_other(left.url)
    headers.let_form_leave()
    headers.let_script_run()
    return make_response(render_template("leaving.html", left=left))
