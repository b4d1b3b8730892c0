"""Speaks HTTP and HTML; holds no rule."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from sp.config import Config
from sp.web import (
    account,
    acs,
    administration,
    errors,
    headers,
    health,
    limits,
    login,
    logout,
    look,
    metadata,
    principal,
    slo,
    start,
)
from sp.web.converters import OrganisationConverter
from sp.web.form_cookie import FormCookie
from sp.web.incoming import Incoming

LONGEST_FORM = 64 * 1024
"""Octets of a request's body; only ACS and SLO take more (`sp.web.posted_form`)."""

PAGES = (
    *(login.bp, logout.bp, start.bp, acs.bp, slo.bp),
    *(metadata.bp, account.bp, administration.bp, health.bp, look.bp),
)
FROM_OTHER_SITES = (acs.bp, slo.bp)
"""What is posted from an Identity Provider carries no form token of ours."""


def register(app: Flask, config: Config) -> None:
    """Put every page, and what stands around each page, on the program."""
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_FORM
    app.config["MAX_FORM_MEMORY_SIZE"] = LONGEST_FORM
    app.url_map.converters["organisation"] = OrganisationConverter
    app.request_class = Incoming
    app.session_interface = FormCookie()
    headers.register(app, config)
    errors.register(app)
    principal.register(app, config)
    look.register(app, config)
    limits.register(app, config)
    csrf = CSRFProtect(app)
    for blueprint in FROM_OTHER_SITES:
        csrf.exempt(blueprint)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
