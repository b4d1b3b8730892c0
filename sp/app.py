"""Puts the house together: one function makes the whole program from its settings."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from flask import Flask, Request, Response
from flask.globals import request_ctx
from flask_migrate import Migrate
from sqlalchemy.engine import make_url
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import MapAdapter

from sp import cli, web
from sp.config import Config, ConfigError, read_config
from sp.db import db, prepare_engine
from sp.log_lines import set_up_logging, tell
from sp.web.incoming import Incoming

ROOT: Final = Path(__file__).resolve().parent.parent
MIGRATIONS: Final = Path(__file__).resolve().parent / "migrations"
_SILENT: Final = ("/healthz", "/readyz", "/static/")
_log = logging.getLogger("sp.request")


class Program(Flask):
    """Flask without coroutines and with one Host: it would ask after both at every request."""

    def __init__(self, host: str) -> None:
        super().__init__(__name__)
        self.host = host

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return what finds the view of a request; a Host that is ours need not be taken apart."""
        if request is not None and self._is_plain(request.environ):
            request.host = self.host
            return self._adapt(request)
        try:
            return super().create_url_adapter(request)
        except HTTPException:  # a Host that no name can be: its page needs our addresses, too
            return self._adapt(request) if request else None

    def _adapt(self, request: Request) -> MapAdapter:
        """Return what finds the view of a request as one that came to our own Host."""
        return MapAdapter(
            self.url_map,
            server_name=self.host,
            script_name=request.root_path,
            subdomain="",
            url_scheme=request.scheme,
            path_info=request.path,
            default_method=request.method,
            query_args=request.query_string.decode(errors="replace"),
        )

    def _is_plain(self, environ: dict[str, Any]) -> bool:
        """Say whether Flask would find no more in a request than its Host, path and query."""
        is_ours = environ.get("HTTP_HOST") == self.host
        return is_ours and bool(environ["PATH_INFO"]) and "HTTP_UPGRADE" not in environ


def create_app(config: Config | None = None) -> Flask:
    """Return the program, set as the environment says unless a Config is given.

    Raises ConfigError, KeysError. Nothing is read from the database here; see `flows.self_check`.
    """
    set_up_logging()
    if config is None:
        config = read_config(os.environ, ROOT)
    app = Program(config.host)
    app.config.from_mapping(_flask_settings(config))
    app.extensions["sp_config"] = config
    _set_up_database(app, config)
    if config.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.trusted_proxies, x_proto=0, x_host=0
        )
    app.after_request(_log_request)
    web.register(app, config)
    cli.register(app)
    return app


def _flask_settings(config: Config) -> dict[str, Any]:
    """Return what Flask and its extensions are set to; Flask's session carries only CSRF."""
    return {
        "SECRET_KEY": config.secret_key,
        "SESSION_COOKIE_NAME": "__Host-sp_form" if config.is_https else "sp_form",
        "SESSION_COOKIE_SECURE": config.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PREFERRED_URL_SCHEME": config.base_url.partition(":")[0],
        "WTF_CSRF_TIME_LIMIT": None,  # a form left open over lunch still works
        "WTF_CSRF_SSL_STRICT": False,  # our own referrer policy takes the Referer away
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(config),
    }


def _engine_options(config: Config) -> dict[str, Any]:
    # Every way through `sp.db` ends with COMMIT or ROLLBACK; the pool need not add another.
    options: dict[str, Any] = {"hide_parameters": True, "pool_reset_on_return": None}
    url = make_url(config.database_url)
    if url.get_backend_name() == "postgresql":
        # Whatever the server's own are: a statement behind a lock must see what was committed.
        ours = r"-c timezone=utc -c default_transaction_isolation=read\ committed"
        words = " ".join((*url.normalized_query.get("options", ()), ours))
        options |= {"pool_pre_ping": True, "connect_args": {"options": words}}
    return options


def _set_up_database(app: Flask, config: Config) -> None:
    url = make_url(config.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        _make_folder(Path(url.database).parent)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine, synchronous=config.sqlite_synchronous)
    Migrate(app, db, directory=str(MIGRATIONS))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = f"{folder} can be neither found nor made: {error.strerror}"
        raise ConfigError(public=f"SP_DATABASE_URL cannot be used: {reason}.") from error


def _log_request(response: Response) -> Response:
    """Tell of a request by its route, not its path or query: both may hold a token."""
    incoming = request_ctx.request
    assert isinstance(incoming, Incoming)
    if not incoming.path.startswith(_SILENT):
        rule = incoming.url_rule
        facts = {
            "method": incoming.method,
            "route": rule.rule if rule else None,
            "organisation": (incoming.view_args or {}).get("organisation"),
            "status": response.status_code,
            "milliseconds": round((time.perf_counter() - incoming.started) * 1000, 1),
            "address": incoming.remote_addr,
        }
        tell(_log, "request", facts)
    return response
