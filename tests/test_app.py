"""The program as a whole: made from its settings alone, and refused in one sentence."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder

from sp.app import create_app
from sp.config import ConfigError
from sp.db import db
from sp.flows import key_rollover, membership, self_check
from sp.flows.actor import COMMAND_LINE
from sp.keys import KeysError

ROOT = Path(__file__).parent.parent


def run(*arguments, **environ):
    """Run python in a process of its own, with nothing of ours in its environment but this."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SP_")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=inherited | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def environ(tmp_path):
    return {
        "SP_BASE_URL": "http://sp.localhost:8000",
        "SP_DATABASE_URL": f"sqlite:///{tmp_path}/sp.sqlite3",
        "SP_CERTS_DIR": str(tmp_path / "certs"),
        "SP_SETTINGS_DIR": str(tmp_path / "saml_settings"),
    }


def test_program_is_made_from_the_environment(monkeypatch, environ):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    made = create_app()
    assert made.extensions["sp_config"].base_url == "http://sp.localhost:8000"
    with made.app_context():
        db.engine.dispose()


def test_importing_the_program_makes_nothing(tmp_path):
    code = f"import os, sys; sys.path.insert(0, {str(ROOT)!r}); os.chdir({str(tmp_path)!r})"
    done = run("-c", f"{code}; import sp.app, logging; assert not logging.getLogger().handlers")
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_bad_setting_ends_the_start_with_one_sentence(environ):
    done = run("-c", "import wsgi", **environ | {"SP_ACCENT": "blue"})
    assert done.returncode == 4
    assert done.stderr == (
        "The service cannot start. SP_ACCENT must be a colour such as #1f5fbf, not 'blue'.\n"
    )


def test_database_in_a_folder_that_cannot_be_made_ends_the_start_with_one_sentence(environ):
    done = run("-c", "import wsgi", **environ | {"SP_DATABASE_URL": "sqlite:////proc/x/sp.sqlite3"})
    assert done.returncode == 4
    assert done.stderr.startswith(
        "The service cannot start. SP_DATABASE_URL cannot be used: /proc/x"
    )
    assert done.stderr.count("\n") == 1


def test_gunicorn_stops_instead_of_trying_again_for_ever(environ):
    command = ("-m", "gunicorn", "--bind", "127.0.0.1:0", "wsgi:app")
    done = run(*command, **environ | {"SP_BASE_URL": "http://sp.example.com"})
    assert done.returncode == 4
    assert "SP_BASE_URL must be https" in done.stderr
    assert "Traceback" not in done.stderr


def test_start_without_tables_is_refused_with_the_command_that_makes_them(environ):
    done = run("-c", "import wsgi", **environ)
    assert done.returncode == 4
    assert done.stderr == (
        "The service cannot start. The tables are missing: run flask db upgrade.\n"
    )


def test_commands_that_mend_a_start_work_without_tables_and_keys(environ):
    flask = ("-m", "flask", "--app", "wsgi")
    assert run(*flask, "db", "upgrade", **environ).returncode == 0
    refused = run("-c", "import wsgi", **environ)
    assert "make them with flask sp keys generate" in refused.stderr
    assert run(*flask, "sp", "keys", "generate", **environ).returncode == 0
    assert run("-c", "import wsgi", **environ).returncode == 0


def test_start_with_keys_that_others_can_read_is_refused(app, config):
    key_rollover.generate_keys(config, actor=COMMAND_LINE)
    (config.certificates_directory / "signing-1.key").chmod(0o644)
    os.utime(config.certificates_directory / "state.json")
    with pytest.raises(KeysError, match="chmod 600"):
        config.keyring()
    with pytest.raises(ConfigError, match="chmod 600"):
        self_check.refuse_bad_start(config)


def test_demonstration_is_refused_where_others_can_reach_it(app, config):
    key_rollover.generate_keys(config, actor=COMMAND_LINE)
    membership.add_organisation("acme", "Acme", ["acme.example"], actor=COMMAND_LINE, demo=True)
    self_check.refuse_bad_start(replace(config, base_url="http://sp.localhost:8000"))
    with pytest.raises(ConfigError, match="passwords are public"):
        self_check.refuse_bad_start(replace(config, base_url="https://sp.example.com"))


def pragma(name):
    with db.engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


@pytest.mark.parametrize(("word", "number"), [("FULL", 2), ("NORMAL", 1)])
def test_sqlite_is_durable_as_set_and_holds_foreign_keys(config, tmp_path, word, number):
    url = f"sqlite:///{tmp_path}/durable.sqlite3"
    made = create_app(replace(config, database_url=url, sqlite_synchronous=word))
    with made.app_context():
        assert pragma("synchronous") == number
        assert pragma("foreign_keys") == 1
        assert pragma("journal_mode") == "wal"
        assert pragma("busy_timeout") == 15_000
        db.engine.dispose()


@pytest.mark.parametrize(
    ("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9"), (2, "198.51.100.4")]
)
def test_address_is_read_from_as_many_hops_as_proxies_are_trusted(config, caplog, proxies, seen):
    caplog.set_level(logging.INFO, "sp.request")
    made = create_app(replace(config, trusted_proxies=proxies))
    forwarded = {"X-Forwarded-For": "192.0.2.66, 198.51.100.4, 203.0.113.9"}
    made.test_client().get("/nowhere", base_url=config.base_url, headers=forwarded)
    assert caplog.records[-1].address == seen
    with made.app_context():
        db.engine.dispose()


def test_request_is_logged_by_its_route_without_path_or_query(app, client, config, caplog):
    caplog.set_level(logging.INFO, "sp.request")
    client.get("/saml/acme/login?return_to=/secret", base_url=config.base_url)
    record = caplog.records[-1]
    assert record.route == "/saml/<organisation:organisation>/login"
    assert record.organisation == "acme"
    assert record.method == "GET"
    assert "secret" not in json.dumps(vars(record), default=str)


def test_health_is_not_logged(app, client, config, caplog):
    caplog.set_level(logging.INFO, "sp.request")
    client.get("/healthz", base_url=config.base_url)
    assert [record for record in caplog.records if record.name == "sp.request"] == []


@pytest.mark.parametrize("path", ["/saml/acme/acs", "/", "", "//login", "/lo%67in/", "/%ff%C3%A9"])
@pytest.mark.parametrize("base", ["https://sp.example.com", "https://sp.example.com/mounted/"])
@pytest.mark.parametrize(
    "headers",
    [{}, {"Host": "SP.example.com:443"}, {"Connection": "Upgrade", "Upgrade": "websocket"}],
    ids=["ours", "spelt otherwise", "websocket"],
)
def test_view_is_found_as_flask_finds_it(app, path, base, headers):
    builder = EnvironBuilder(path, base_url=base, query_string="a=%C3%A9", headers=headers)
    environ = builder.get_environ()
    if not path:
        environ["PATH_INFO"] = ""
    ours, flasks = app.request_class(environ), app.request_class(environ)
    found = app.create_url_adapter(ours)
    expected = Flask.create_url_adapter(app, flasks)
    assert ours.host == flasks.host
    assert match(found) == match(expected)
    assert {**vars(found), "path_info": ""} == {**vars(expected), "path_info": ""}


def match(adapter):
    try:
        return adapter.match(return_rule=True)
    except HTTPException as error:
        return type(error), error.description, getattr(error, "new_url", None)
