"""A deployment to measure: a database, folders, organisations that are live, and a server."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from answers import idp_for
from gunicorn_server import Server, gunicorn, listening
from support import postgresql
from support.databases import make_app, migrate
from support.pages import make_live

from sp.config import Config, read_config
from sp.db import db
from sp.flows import key_rollover
from sp.flows.actor import COMMAND_LINE


@dataclass(frozen=True)
class Deployment:
    server: Server
    idps: list
    """(slug, Identity Provider) of each organisation that is live."""
    config: Config


@contextmanager
def deployed(kind, slugs, *, fill=None, want_signed_requests=False):
    """Give a running deployment; `fill` is called with the database's engine before it starts."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sp-bench-")))
        held = listening()
        environment = {
            "SP_BASE_URL": f"http://sp.localhost:{held.getsockname()[1]}",
            "SP_DATABASE_URL": stack.enter_context(_database(kind, folder)),
            "SP_SETTINGS_DIR": str(folder / "saml_settings"),
            "SP_CERTS_DIR": str(folder / "certs"),
        }
        config = read_config(environment, folder)
        migrate(config)
        idps = _set_up(config, slugs, fill, want_signed_requests)
        server = stack.enter_context(gunicorn("wsgi:app", environment, held=held))
        yield Deployment(server, idps, config)


@contextmanager
def _database(kind, folder):
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'sp.sqlite3'}"
        return
    programs = postgresql.find_programs()
    assert programs, postgresql.INSTALL
    with postgresql.server(programs, durable=True) as at:
        with postgresql.connect(at) as connection:
            connection.execute("CREATE DATABASE bench")
        yield postgresql.url(at, "bench")


def _set_up(config, slugs, fill, want_signed_requests):
    app = make_app(config)
    with app.app_context():
        key_rollover.generate_keys(config, actor=COMMAND_LINE)
        idps = []
        for slug in slugs:
            idp = idp_for(config, slug)
            make_live(
                config,
                slug,
                f"{slug}.example",
                idp=idp,
                want_authn_requests_signed=want_signed_requests,
            )
            idps.append((slug, idp))
        if fill:
            fill(db.engine)
        db.session.remove()
        db.engine.dispose()
    return idps
