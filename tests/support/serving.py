"""Programs of this process on real sockets, and the two sites of the demonstration among them.

with serving(program) as server: server.server_port
with two_sites(config, folder) as sites:
    sites.service, sites.idp             # http://sp.localhost:…, http://idp.localhost:…
    with sites.holding("/saml/acme/acs") as hold:   # an answer is made and does not leave
        hold.reached.wait(10)
"""

from __future__ import annotations

import logging
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace

from support.databases import make_app
from werkzeug.serving import make_server

from sp.config import Config
from sp.db import db
from sp.demo.app import create_app
from sp.demo.context import DemoConfig
from sp.demo.run import describe
from sp.flows import demonstration

PATIENCE = 60


@contextmanager
def serving(app):
    """Serve a program on loopback while a test runs; its port is free because we hold it."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with running(make_server("127.0.0.1", 0, app, threaded=True)) as server:
        yield server


@contextmanager
def running(server):
    """Let a server of the standard library's kind serve from a thread."""
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def read_whole(program):
    """Make a program of the one in the list that gives its answers whole, every file closed.

    Werkzeug's server leaves a file open where a browser goes away while it is sent.
    """

    def run(environ, start_response):
        with closing(program[0](environ, start_response)) as body:
            return [b"".join(body)]

    return run


@dataclass
class Hold:
    """One answer that is made and kept back until it is released."""

    path: str
    reached: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)


@dataclass
class Sites:
    config: Config
    idp: str
    holds: list[Hold] = field(default_factory=list)

    @property
    def service(self):
        return self.config.base_url

    @contextmanager
    def holding(self, path):
        """Keep the next answer of that path back until the end of the block."""
        hold = Hold(path)
        self.holds.append(hold)
        yield hold
        hold.released.set()

    def keep_back(self, path):
        for hold in self.holds:
            if hold.path == path and not hold.reached.is_set():
                hold.reached.set()
                hold.released.wait(PATIENCE)


@contextmanager
def two_sites(config, folder):
    """Serve the program and the demonstration's Identity Provider, and connect acme to it."""
    programs, idp_programs, sites = [], [], Sites(config, "")

    def service(environ, start_response):
        answer = read_whole(programs)(environ, start_response)
        sites.keep_back(environ["PATH_INFO"])
        return answer

    with serving(service) as server, serving(read_whole(idp_programs)) as idp:
        sites.config = replace(config, base_url=f"http://sp.localhost:{server.server_port}")
        sites.idp = f"http://idp.localhost:{idp.server_port}"
        demo = DemoConfig(
            base_url=sites.idp,
            second_base_url=f"http://login.idp.localhost:{idp.server_port}",
            sp_base_url=sites.service,
            directory=folder / "demo",
        )
        idp_programs.append(create_app(demo))
        app = make_app(sites.config)
        programs.append(app)
        with app.app_context():
            demonstration.set_up(sites.config, describe(demo))
            yield sites
            db.session.remove()
            db.engine.dispose()
