"""Migrations of a test's own, on a database that has no tables yet.

with emptied(config):
    upgrade(folder_of(tmp_path, BODY, BODY))            # versions 1 and 2, and nothing else
    upgrade(folder_of(tmp_path, BODY, upon_ours=True))  # all of ours, then version 1
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from alembic.script import ScriptDirectory

from sp.app import MIGRATIONS, create_app
from sp.db import db

ROOT = Path(__file__).parents[2]
VERSION = '''"""{name}."""
import sqlalchemy as sa
from alembic import op
revision = {revision!r}
down_revision = {before!r}
def upgrade():
{body}
def downgrade():
    pass
'''


@contextmanager
def emptied(config):
    """Give a program whose database has no tables yet."""
    made = create_app(config)
    with made.app_context():
        empty()
        try:
            yield made
        finally:
            db.session.remove()
            db.engine.dispose()


def empty():
    """Drop every table."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    else:
        metadata = sqlalchemy.MetaData()
        metadata.reflect(db.engine)
        metadata.drop_all(db.engine)


def folder_of(place, *bodies, upon_ours=False):
    """Make a folder of migrations out of these bodies: alone, or to follow all of ours."""
    folder = place / "with a space" / "migrations"
    left_out = ["__pycache__"] if upon_ours else ["__pycache__", "versions"]
    shutil.copytree(MIGRATIONS, folder, ignore=lambda *_: left_out)
    (folder / "versions").mkdir(exist_ok=True)
    before = ScriptDirectory(str(MIGRATIONS)).get_current_head() if upon_ours else None
    for number, body in enumerate(bodies, 1):
        text = VERSION.format(name=f"Step {number}", revision=str(number), before=before, body=body)
        (folder / "versions" / f"{number}.py").write_text(text, encoding="utf-8")
        before = str(number)
    return str(folder)


def flask_db_upgrade(config, folder=MIGRATIONS):
    """Run `flask db upgrade` as operators do: in a process of its own, set by its environment."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SP_")}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade", "--directory", folder],
        cwd=ROOT,
        env=inherited
        | {
            "SP_BASE_URL": config.base_url,
            "SP_DATABASE_URL": config.database_url,
            "SP_CERTS_DIR": str(config.certificates_directory),
            "SP_SETTINGS_DIR": str(config.settings_directory),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def rows(statement):
    with db.engine.connect() as connection:
        return connection.exec_driver_sql(statement).fetchall()
