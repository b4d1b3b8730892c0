"""Log lines: one line of JSON each, whatever was in the record, and nobody's data of an error."""

from __future__ import annotations

import errno
import io
import json
import logging
import sys

import pytest
from werkzeug._internal import _log

from sp.log_lines import JsonLines, set_up_logging, tell


def line_of(*, error=None, **extra):
    record = logging.getLogger("sp.test").makeRecord(
        "sp.test", logging.INFO, __file__, 1, "it %s", ("happened",), error, extra=extra
    )
    text = JsonLines().format(record)
    assert "\n" not in text
    return json.loads(text)


def test_record_is_one_line_with_its_extras():
    line = line_of(chain="acme", sequence=7, nothing=None)
    time = line.pop("time")
    assert time.endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "sp.test",
        "event": "it happened",
        "chain": "acme",
        "sequence": 7,
        "nothing": None,
    }


@pytest.fixture
def alone(monkeypatch):
    """A function after which our handler listens and nobody else: pytest adds its own to a test."""
    set_up_logging()
    root = logging.getLogger()

    def leave_ours():
        ours = [each for each in root.handlers if isinstance(each.formatter, JsonLines)]
        assert len(ours) == 1
        monkeypatch.setattr(root, "handlers", ours)

    return leave_ours


FACTS = {"chain": "acme", "sequence": 7, "route": 'a "/é\x7f\u2028', "nothing": None, "took": 2.5}


def test_what_is_told_is_the_same_line_as_an_ordinary_record(alone, capsys):
    alone()
    log = logging.getLogger("sp.test")
    log.info("audit", extra=FACTS)
    tell(log, "audit", FACTS)
    ordinary, told = capsys.readouterr().err.splitlines()
    ends = [each.partition(',"level"')[2] for each in (ordinary, told)]
    assert ends[0] == ends[1]
    assert json.loads(told) == json.loads(ordinary) | {"time": json.loads(told)["time"]}
    assert json.loads(told) | FACTS == json.loads(told)


def test_what_is_told_reaches_every_handler(alone, caplog):
    alone()
    log = logging.getLogger("sp.test")
    log.addHandler(caplog.handler)
    try:
        tell(log, "audit", FACTS)
    finally:
        log.removeHandler(caplog.handler)
    (record,) = caplog.records
    assert (record.getMessage(), record.chain, record.sequence) == ("audit", "acme", 7)


def test_nothing_is_told_to_whoever_wants_warnings_only(caplog):
    caplog.set_level(logging.WARNING, "sp.test")
    tell(logging.getLogger("sp.test"), "audit", {"chain": "acme"})
    assert caplog.records == []


def test_line_break_and_control_characters_cannot_forge_a_line():
    assert line_of(route='/x"\n{"event": "forged"}\x1b[2J')["route"].startswith('/x"\n')


def test_line_break_in_what_is_told_cannot_forge_a_line(alone, capsys):
    alone()
    route = '/x"\n{"event": "forged"}\x1b[2J\u2028'
    tell(logging.getLogger("sp.test"), "request", {"route": route})
    written = capsys.readouterr().err
    assert (written.count("\n"), written.isascii(), written[:-1].isprintable()) == (1, True, True)
    assert json.loads(written)["route"] == route


def fail():
    try:
        {}["ada@acme.example"]
    except KeyError as inner:
        raise RuntimeError("for ada@acme.example") from inner


def test_error_is_told_without_its_message():
    with pytest.raises(RuntimeError) as caught:
        fail()
    line = line_of(error=(caught.type, caught.value, caught.tb))
    assert [each["type"] for each in line["error"]] == ["RuntimeError", "KeyError"]
    assert line["error"][0]["through"][-1].endswith(" fail")
    assert "ada" not in json.dumps(line)


def test_setting_up_twice_makes_one_handler():
    root = logging.getLogger()
    set_up_logging()
    once = list(root.handlers)
    set_up_logging()
    assert root.handlers == once


def test_what_the_server_of_flask_run_says_of_a_request_is_no_line(capsys):
    set_up_logging()
    _log("info", '"GET /saml/acme/login?login_hint=ada@acme.example HTTP/1.1" 303 -')
    assert capsys.readouterr().err == ""


def test_lines_go_to_what_stderr_is_now(capsys):
    set_up_logging()
    logging.getLogger("sp.test").warning("here")
    assert json.loads(capsys.readouterr().err)["event"] == "here"


def test_each_line_is_written_in_one_piece(monkeypatch):
    set_up_logging()
    stream, pieces = io.StringIO(), []
    monkeypatch.setattr(stream, "write", pieces.append)
    monkeypatch.setattr(sys, "stderr", stream)
    logging.getLogger("sp.test").warning("here")
    (piece,) = pieces
    assert json.loads(piece)["event"] == "here"
    assert piece.endswith("}\n")


def test_full_disk_under_stderr_stops_nobody(alone, monkeypatch):
    alone()

    def refuse(text):
        raise OSError(errno.ENOSPC, text)

    stream = io.StringIO()
    monkeypatch.setattr(stream, "write", refuse)
    monkeypatch.setattr(sys, "stderr", stream)
    logging.getLogger("sp.test").warning("here")
    tell(logging.getLogger("sp.test"), "here", {})
