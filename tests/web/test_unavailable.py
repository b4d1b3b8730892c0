"""What pages say while the database cannot be used: try again, here; and nothing is half done."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from support import apart
from support.databases import another_writes, only_on
from support.pages import START, read
from support.settings import make_config

from sp.db import db

HEADLINE = "We could not do that just now"


@pytest.fixture
def config(tmp_path):
    """Settings with a database of SQLite's, whatever the other tests run on."""
    with only_on("sqlite", tmp_path, make_config) as settings:
        yield settings


@pytest.fixture
def reasons(caplog):
    """A function that gives what the log said since it was last asked: (code, status, reason)."""
    caplog.set_level(logging.ERROR, "sp.web")

    def take():
        told = [(each.code, each.status, each.reason) for each in caplog.records]
        caplog.clear()
        return told

    return take


@pytest.fixture
def signed_in(ada):
    ada.sign_in()
    return ada.client


def path():
    return Path(db.engine.url.database)


def assert_unavailable(answer):
    """Hold that this is the page of a database that cannot be used for now; give what it says."""
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    page = read(answer)
    assert page.headline == HEADLINE
    assert "Please try again in a few minutes." in page.text
    assert str(path()) not in answer.text
    return page


def test_full_disk_stops_a_sign_in_which_goes_on_once_there_is_room(ada, reasons):
    ada.start(return_to="/reports")
    octets, folder = ada.make(), path().parent

    def work():
        with apart.filled(folder):
            page = assert_unavailable(ada.client.get(f"{START}?return_to=/reports"))
            assert page.buttons == {"Try again": f"{START}?return_to=/reports"}
            page = assert_unavailable(ada.post(octets))
            assert page.buttons == {"Go to sign-in": "/login"}
            told = reasons()
        assert [each[:2] for each in told] == [("database_full", 503)] * 2
        assert all("free some on its disk" in reason for _, _, reason in told)
        assert ada.client.get("/whoami").status_code == 401
        assert ada.post(octets).location == "/reports"
        assert ada.client.get("/whoami").json["email"] == "ada@acme.example"

    apart.on_small_disk(folder, work)


def test_lock_that_does_not_end_lets_nobody_think_that_they_are_signed_out(
    signed_in, reasons, monkeypatch
):
    token = read(signed_in.get("/account")).value("csrf_token")
    with another_writes(monkeypatch):
        assert_unavailable(signed_in.post("/logout", data={"csrf_token": token}))
        ((code, status, reason),) = reasons()
        assert (code, status) == ("database_locked", 503)
        assert "let it end" in reason
        assert signed_in.get("/whoami").status_code == 200
    signed_in.post("/logout", data={"csrf_token": token})
    assert signed_in.get("/whoami").status_code == 401


def test_page_of_a_session_that_cannot_be_read_leads_back_to_itself(signed_in, reasons):
    def work():
        db.engine.dispose()
        path().parent.chmod(0o000)
        page = assert_unavailable(signed_in.get("/account"))
        assert page.buttons == {"Try again": "/account"}
        answer = signed_in.get("/whoami")
        assert (answer.status_code, answer.json["error"]) == (503, "unavailable")
        assert {code for code, *_ in reasons()} == {"database_unreachable"}
        path().parent.chmod(0o755)
        assert signed_in.get("/account").status_code == 200

    apart.without_privileges(work)


@pytest.mark.parametrize("query", ["x=\\", f"return_to=/{'a' * 3000}"])
def test_address_that_is_nowhere_to_return_to_is_not_led_back_to(ada, monkeypatch, query):
    with another_writes(monkeypatch):
        page = assert_unavailable(ada.client.get(f"{START}?{query}"))
    assert page.buttons == {"Go to sign-in": "/login"}


def test_damaged_database_is_a_fault_of_ours_and_the_log_says_so(signed_in, reasons):
    db.engine.dispose()
    path().write_bytes(b"no database" * 4096)
    answer = signed_in.get("/account")
    assert (answer.status_code, read(answer).headline) == (500, HEADLINE)
    assert "Retry-After" not in answer.headers
    ((code, status, reason),) = reasons()
    assert (code, status) == ("database_damaged", 500)
    assert "backup" in reason


def test_row_that_may_not_be_is_no_trouble_of_the_database(ada, caplog):
    with db.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER refuse BEFORE INSERT ON pending_request "
            "BEGIN SELECT RAISE(ABORT, 'about ada'); END"
        )
    answer = ada.start()
    assert (answer.status_code, read(answer).headline) == (500, HEADLINE)
    (record,) = (each for each in caplog.records if each.levelno == logging.ERROR)
    assert record.code == "internal_error"
    assert not hasattr(record, "reason")
