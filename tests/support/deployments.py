"""A program's database and folders, to be put back to what they were as often as a test likes.

with Deployment(config) as deployment:            # as they are now; nothing may be open
    deployment.restore()
"""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import make_url
from support import postgresql

from sp.db import db


class Deployment:
    def __init__(self, config):
        self._folders = [config.settings_directory, config.certificates_directory]
        url = make_url(config.database_url)
        is_file = url.get_backend_name() == "sqlite"
        self._database = _File(url) if is_file else _OnServer(url)

    def __enter__(self):
        db.engine.connect().close()  # what an engine asks its first connection is asked here
        close_database()
        self._database.keep()
        for folder in self._folders:
            folder.mkdir(exist_ok=True)
            shutil.copytree(folder, _kept(folder))
        return self

    def __exit__(self, *_error):
        close_database()
        self._database.forget()

    def restore(self):
        """Put everything back to what it was on entering."""
        close_database()
        self._database.restore()
        for folder in self._folders:
            shutil.rmtree(folder)
            shutil.copytree(_kept(folder), folder)


class _File:
    def __init__(self, url):
        self._path = Path(url.database)

    def keep(self):
        shutil.copyfile(self._path, _kept(self._path))

    def restore(self):
        for end in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + end).unlink(missing_ok=True)
        shutil.copyfile(_kept(self._path), self._path)

    def forget(self):
        _kept(self._path).unlink()


class _OnServer:
    def __init__(self, url):
        self._socket, self._name = url.query["host"], url.database

    def _run(self, *statements):
        with postgresql.connect(self._socket) as connection:
            for statement in statements:
                connection.execute(statement)

    def _copy(self, source, name):
        return f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy"

    def keep(self):
        self._run(self._copy(self._name, f"{self._name}_kept"))

    def restore(self):
        drop = f"DROP DATABASE {self._name} WITH (FORCE)"  # a dead child's session may linger
        self._run(drop, self._copy(f"{self._name}_kept", self._name))

    def forget(self):
        self._run(f"DROP DATABASE {self._name}_kept")


def close_database():
    """Close every connection: none may cross a fork, or hold a file that is replaced."""
    db.session.remove()
    assert db.engine.pool.checkedout() == 0
    db.engine.dispose()


def _kept(path):
    return path.with_name(f"{path.name}.kept")
