"""Log lines: one line of JSON each, whatever was in the record, and nobody's data of an error."""

from __future__ import annotations

import json
import logging

import pytest

from sp.log_lines import JsonLines, set_up_logging


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


def test_line_break_and_control_characters_cannot_forge_a_line():
    assert line_of(route='/x"\n{"event": "forged"}\x1b[2J')["route"].startswith('/x"\n')


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


def test_lines_go_to_what_stderr_is_now(capsys):
    set_up_logging()
    logging.getLogger("sp.test").warning("here")
    assert json.loads(capsys.readouterr().err)["event"] == "here"
